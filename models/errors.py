"""Why a model could not be loaded."""

from enum import StrEnum


class ModelProblem(StrEnum):
    """What is wrong with the files of a model."""

    MISSING = "missing"
    DAMAGED = "damaged"


class ModelError(Exception):
    """A model cannot be loaded. `kind` says why; `model` is its name; `reason` is for operators."""

    def __init__(self, kind: ModelProblem | str, model: str, reason: str) -> None:
        super().__init__(f"model {model} is {kind}: {reason}")
        self.kind = ModelProblem(kind)
        self.model = model
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        # Reading runs in a subprocess; the error must survive the way back.
        return (ModelError, (self.kind, self.model, self.reason))
