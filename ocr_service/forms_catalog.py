"""The forms of this office: those that come with the program and those in its own folder."""

from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary


def open_forms(settings: Settings) -> FormLibrary:
    """Load all forms; `settings.forms_folder` holds the office's own (`*.yaml`).

    Raises CodedError FORM_INVALID naming file, line and field of what is wrong, and
    SETTINGS_INVALID when the folder does not exist.
    """
    builtin = FormLibrary.builtin()
    folder = settings.forms_folder
    if folder is None:
        return builtin
    if not folder.is_dir():
        raise CodedError(ErrorCode.SETTINGS_INVALID, "OCR_SERVICE_FORMS_FOLDER: no such folder")
    return FormLibrary([*builtin.entries, *FormLibrary.load(folder).entries])
