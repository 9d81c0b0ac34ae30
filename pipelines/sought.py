"""What came of looking for the form of a page."""

from dataclasses import dataclass

from pipelines.forms.model import FormDefinition
from pipelines.forms.template import Template
from pipelines.identify import NEAR_MISS
from pipelines.records import RegisteredPage


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NearForm:
    """A form that a page without one comes near to; `alike` is the share of its words there."""

    form: FormDefinition
    alike: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sought:
    """The page `registered` on its form; or `known` but not placed; or of none.

    `alike` is the best score of all forms compared, that of `template`.
    """

    registered: RegisteredPage | None = None
    known: bool = False
    template: Template | None = None
    alike: float = 0.0

    @property
    def certainty(self) -> tuple[bool, bool, float]:
        """Orders looks at the same page: the higher tells more."""
        return self.registered is not None, self.known, self.alike

    @property
    def near(self) -> NearForm | None:
        """The form that an unknown page comes near to: another revision of it, perhaps."""
        if self.template is None or self.known or self.alike < NEAR_MISS:
            return None
        return NearForm(form=self.template.definition, alike=self.alike)
