"""`docs/judging.md` tells every shared rule and every role as they are."""

from pathlib import Path

import pytest

from pipelines.forms.roles import Person, PersonPart, Thing
from pipelines.rules.table import rule_table

GUIDE = (Path(__file__).parents[3] / "docs" / "judging.md").read_text("utf-8")


def test_the_table_of_rules_is_current() -> None:
    start = GUIDE.index("<!-- rules: python -m pipelines.rules.table -->\n")
    block = GUIDE[start : GUIDE.index("<!-- end of rules -->")].partition("\n")[2]
    assert block == "".join(f"{line}\n" for line in rule_table())


@pytest.mark.parametrize("word", [*Person, *PersonPart, *Thing])
def test_every_role_is_told(word: str) -> None:
    assert f"`{word}`" in GUIDE
