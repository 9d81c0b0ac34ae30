"""Opens the reader of this installation: its forms, its models."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from models.engines import load_engines
from models.errors import ModelError, ModelProblem
from models.recogniser import Recogniser
from ocr_service.forms_catalog import open_forms
from ocr_service.lookups import open_lookups
from ocr_service.loop.registry import models_in_use
from ocr_service.settings import Settings
from pipelines.categorise import load_category_model
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.learned import load_learned
from pipelines.reader import Reader, load_reader


def program_version() -> str:
    """Version of this program, as suggestions record it."""
    return version("ocr-service")


def open_reader(
    settings: Settings, *, library: FormLibrary | None = None, candidate: str = ""
) -> Reader:
    """Load forms and the models in use; takes seconds, so do it once a process.

    `candidate` (`name@version`) stands in for the version of that model that is in use. Raises
    `CodedError`: `form.invalid`, `model.missing`, `model.damaged`, `model.unknown`, and
    `settings.invalid` for lists that cannot be read.
    """
    lookups = open_lookups(settings)
    with models_in_use(settings, candidate=candidate), coded_models():
        engines = load_engines()
        categories = load_category_model()
        learned = load_learned()
    return load_reader(
        library or open_forms(settings),
        engines,
        categories,
        program=program_version(),
        lookups=lookups,
        learned=learned,
    )


def open_recogniser() -> Recogniser:
    """Load the recogniser alone. Raises `CodedError`: `model.missing`, `model.damaged`."""
    with coded_models():
        return Recogniser.load()


@contextmanager
def coded_models() -> Iterator[None]:
    """Models know no codes of ours: give their errors one."""
    try:
        yield
    except ModelError as error:
        missing = error.kind is ModelProblem.MISSING
        code = ErrorCode.MODEL_MISSING if missing else ErrorCode.MODEL_DAMAGED
        raise CodedError(code, str(error)) from error
