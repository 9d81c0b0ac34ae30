"""A real service that tests talk to."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from ocr_service.cli.client import ServiceClient
from ocr_service.settings import Settings
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.suggestion_codec import decode_suggestion
from ocr_service.storage.tables import DocumentRow, SuggestionRow
from pipelines.records import Suggestion

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class RunningService:
    """Web and a worker as processes of their own, with a station and a reviewer."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log: Path
    key: str
    database: Database
    objects: ObjectStore
    reviewer: ServiceClient

    @property
    def address(self) -> str:
        """Where the web process listens."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def station(self) -> ServiceClient:
        """A new connection of the scanning station."""
        return ServiceClient(self.address, self.key)

    def original(self, document_id: str) -> bytes:
        """The posted bytes as the sealed store has them."""
        with self.database.reading() as session:
            row = session.get_one(DocumentRow, document_id)
            return self.objects.get(row.original_object, session)

    def suggestion(self, document_id: str) -> Suggestion:
        """What was made of a document, as stored."""
        with self.database.reading() as session:
            row = session.get_one(DocumentRow, document_id)
            stored = session.get_one(SuggestionRow, row.suggestion_id)
            return decode_suggestion(self.objects.get(stored.body_object, session))
