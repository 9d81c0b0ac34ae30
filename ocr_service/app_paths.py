"""Where things lie inside the data folder."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class AppPaths:
    """Files and folders of one installation, all below `data_folder`."""

    data_folder: Path

    @property
    def database(self) -> Path:
        """SQLite file of the embedded default."""
        return self.data_folder / "service.db"

    @property
    def objects(self) -> Path:
        """Sealed objects of the local store."""
        return self.data_folder / "objects"

    @property
    def key_file(self) -> Path:
        """Key-encryption keys of the embedded default."""
        return self.data_folder / "keys" / "key-encryption-keys.json"

    @property
    def locks(self) -> Path:
        """Lock files: one a worker identity."""
        return self.data_folder / "locks"

    def prepare(self) -> None:
        """Make the folders, readable by the owner only.

        Raises OSError when the place is not writable.
        """
        for folder in (self.data_folder, self.objects, self.locks):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def default_data_folder() -> Path:
    """Return the folder used when no setting names one: `$XDG_DATA_HOME/ocr-service`."""
    base = os.environ.get("XDG_DATA_HOME", "")
    home = Path(base) if base else Path.home() / ".local" / "share"
    return home / "ocr-service"
