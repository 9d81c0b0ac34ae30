"""Form definitions from YAML files, and the library of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load_checks import check_form
from pipelines.forms.load_errors import FormFileError, FormProblem, explain, unknown_key
from pipelines.forms.load_fault import Fault
from pipelines.forms.load_layout import find_missing_glyphs, find_overprints
from pipelines.forms.load_paths import dotted, known_keys, named_in, without_tags
from pipelines.forms.load_yaml import MAX_BYTES, YamlDocument, parse_yaml
from pipelines.forms.model import FormDefinition
from pipelines.records import FormKey

__all__ = [
    "FormEntry",
    "FormFileError",
    "FormLibrary",
    "FormProblem",
    "load_form",
    "parse_form",
    "review_form",
]

_DEFINITIONS = Path(__file__).resolve().parent / "definitions"


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A form definition and where it came from; backgrounds lie in `directory`."""

    definition: FormDefinition
    directory: Path
    path: Path

    @property
    def key(self) -> FormKey:
        """Id and revision."""
        return FormKey(id=self.definition.id, revision=self.definition.revision)


class FormLibrary:
    """All forms the service knows, by id and revision. Never changes once made."""

    def __init__(self, entries: Iterable[FormEntry]) -> None:
        """Raise `FormFileError` when two files define the same id and revision."""
        self._entries: dict[FormKey, FormEntry] = {}
        for entry in entries:
            first = self._entries.get(entry.key)
            if first is not None:
                raise FormFileError([_same_form(entry, first)])
            self._entries[entry.key] = entry

    @classmethod
    def load(cls, *folders: Path) -> "FormLibrary":
        """Load every `*.yaml` of the folders, in order of name.

        Raises one `FormFileError` with the problems of all files together.
        """
        entries: list[FormEntry] = []
        problems: list[FormProblem] = []
        for path in (p for folder in folders for p in sorted(folder.glob("*.yaml"))):
            try:
                entries.append(load_form(path))
            except FormFileError as error:
                problems += error.problems
        if problems:
            raise FormFileError(problems)
        return cls(entries)

    @classmethod
    def builtin(cls) -> "FormLibrary":
        """Give the forms that come with the program; loaded once in a process."""
        return _builtin()

    @property
    def entries(self) -> tuple[FormEntry, ...]:
        """All forms in the order they were loaded."""
        return tuple(self._entries.values())

    def get(self, key: FormKey) -> FormEntry:
        """Find the form with this id and revision; raises `CodedError` (`form.unknown`)."""
        entry = self._entries.get(key)
        if entry is None:
            raise CodedError(ErrorCode.FORM_UNKNOWN, f"{key.id} {key.revision}", form=key.id)
        return entry

    def find(self, form_id: str, revision: str | None = None) -> FormEntry:
        """Find the form with this id; without `revision` the one that became valid last.

        Raises `CodedError` (`form.unknown`).
        """
        if revision is not None:
            return self.get(FormKey(id=form_id, revision=revision))
        revisions = [e for e in self._entries.values() if e.definition.id == form_id]
        if not revisions:
            raise CodedError(ErrorCode.FORM_UNKNOWN, form_id, form=form_id)
        return max(revisions, key=lambda e: (e.definition.valid.from_, e.definition.revision))


def load_form(path: Path) -> FormEntry:
    """Load and check one form file.

    Raises `FormFileError` naming file, field and line of every problem.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = "ファイルが開けません。"
        detail = error.strerror or "cannot be opened"
        problem = FormProblem(file=str(path), field="", line=1, message=message, detail=detail)
        raise FormFileError([problem]) from error
    definition = parse_form(data, file=str(path), directory=path.parent)
    return FormEntry(definition, path.parent, path)


def parse_form(data: bytes, *, file: str, directory: Path) -> FormDefinition:
    """Check the text of a form file (UTF-8); `file` names it in messages.

    Raises `FormFileError`.
    """
    document = parse_yaml(data, file)
    try:
        form = FormDefinition.model_validate(document.data)
    except ValidationError as error:
        raise FormFileError(_model_problem(document, e) for e in error.errors()) from error
    faults = _problems(document, (*check_form(form, directory), *find_missing_glyphs(form)))
    if faults:
        raise FormFileError(faults)
    return form


def review_form(path: Path) -> tuple[FormProblem, ...]:
    """Find what a form file may do but hardly should: print inside the areas for ink.

    Raises `FormFileError` when the file can't be used at all.
    """
    entry = load_form(path)
    document = parse_yaml(path.read_bytes(), str(path))
    return _problems(document, find_overprints(entry.definition))


@cache
def _builtin() -> FormLibrary:
    return FormLibrary.load(_DEFINITIONS)


def _same_form(entry: FormEntry, first: FormEntry) -> FormProblem:
    return FormProblem(
        file=str(entry.path),
        field="revision",
        line=1,
        message=(
            f"様式 {entry.key.id} の版 {entry.key.revision} は "
            f"{first.path.name} にもう定義されています。"
        ),
        detail=f"same id and revision as {first.path.name}",
    )


def _model_problem(document: YamlDocument, error: Mapping[str, Any]) -> FormProblem:
    """One pydantic error with its place in the file."""
    path = without_tags(error["loc"])
    kind, detail = str(error["type"]), str(error["msg"])
    if kind == "extra_forbidden":
        message = unknown_key(str(path[-1]), known_keys(path[:-1], document.data))
        return _problem(document, path, message, f"unknown key {path[-1]}", key=True)
    if kind == "value_error":
        path = named_in(document.data, detail) or path
    message = explain(kind, error.get("ctx", {}), error.get("input"), detail)
    return _problem(document, path, message, detail)


def _problems(document: YamlDocument, faults: Iterable[Fault]) -> tuple[FormProblem, ...]:
    return tuple(
        _problem(document, fault.path, fault.message, fault.detail, extra_lines=fault.line)
        for fault in faults
    )


def _problem(
    document: YamlDocument,
    path: tuple[str | int, ...],
    message: str,
    detail: str,
    *,
    key: bool = False,
    extra_lines: int = 0,
) -> FormProblem:
    return FormProblem(
        file=document.file,
        field=dotted(document.data, path),
        line=document.line(path, key=key) + extra_lines,
        message=message,
        detail=detail,
    )
