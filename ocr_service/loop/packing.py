"""A model version as one file, to seal and to open again: what its manifest names, nothing else."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from models.errors import ModelError
from models.manifest import Manifest, load_manifest, read_part, read_weights
from pipelines.errors import CodedError, ErrorCode

CARD = "README.md"
"""The model card beside the weights."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_BYTES = 256 * 1024 * 1024
"""Of all files of one version; the largest that ships has 20 MB."""


def read_candidate(folder: Path) -> tuple[Manifest, bytes]:
    """Read and check `<name>/<version>/manifest.yaml` with its files; give it as one archive.

    The archive is the same for the same files. Raises CodedError MODEL_DAMAGED when files are
    missing or differ from the manifest, when it has no model card, or when it is too large.
    """
    name, version = folder.resolve().parts[-2:]
    try:
        manifest = load_manifest(name, version, root=folder.resolve().parents[1])
        if manifest.package:
            raise CodedError(ErrorCode.MODEL_DAMAGED, f"{name}: weights must lie in the folder")
        files = {"manifest.yaml": (folder / "manifest.yaml").read_bytes()}
        files[manifest.file] = read_weights(manifest)
        files |= {part: read_part(manifest, part) for part in manifest.parts}
        files[CARD] = (folder / CARD).read_bytes()
    except (ModelError, OSError) as error:
        raise CodedError(ErrorCode.MODEL_DAMAGED, str(error)) from error
    if any(Path(file).name != file for file in files):
        raise CodedError(ErrorCode.MODEL_DAMAGED, f"{name}: files must lie beside the manifest")
    if sum(len(data) for data in files.values()) > _MOST_BYTES:
        raise CodedError(ErrorCode.MODEL_DAMAGED, f"{name}: over {_MOST_BYTES >> 20} MiB")
    return manifest, _packed(files)


def unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive into a new `folder`. Raises MODEL_DAMAGED."""
    folder.mkdir(parents=True, mode=0o700)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            if sum(item.file_size for item in packed.infolist()) > _MOST_BYTES:
                raise CodedError(ErrorCode.MODEL_DAMAGED, "archive is too large")
            for item in packed.infolist():
                # Only the plain name: nothing lands outside of the folder.
                (folder / Path(item.filename).name).write_bytes(packed.read(item))
    except zipfile.BadZipFile as error:
        raise CodedError(ErrorCode.MODEL_DAMAGED, str(error)) from error


def _packed(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), files[name])
    return target.getvalue()
