"""What a form definition says about checks: rules of its own, and the switch of the shared ones."""

from typing import Annotated, Literal

from pydantic import Field

from pipelines.forms.printed import Strict
from pipelines.forms.rule_ids import SharedRule

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Rule(Strict):
    """A check: a finding is made where the CEL `expression` is false.

    The names of all fields, mark groups and seals are variables (null when blank; dates are
    timestamps; amounts and digits of `amount` ints; mark groups strings, of `select: many` lists;
    seals bools); `today` is a timestamp. `message` may name `{field}` to show a value's label.
    `message_en` and `message_easy` (やさしい日本語) say the same for screens in those languages.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
    kind: Literal["completeness", "plausibility"] = "plausibility"
    severity: Literal["error", "warning", "info"] = "warning"
    when: str | None = None
    expression: str
    message: str = Field(min_length=1)
    message_en: str = ""
    message_easy: str = ""
    fields: tuple[Name, ...] = ()
    ground: str = Field(min_length=1)


class SharedRules(Strict):
    """Shared rules that this form switches on or off; the catalogue says which are on at first."""

    enable: tuple[SharedRule, ...] = ()
    disable: tuple[SharedRule, ...] = ()
