"""HTTP client of the commands: posts like a scanning station and asks what became of it."""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from ocr_service.states import DocumentState
from pipelines.errors import CodedError, ErrorCode

UNFINISHED = {DocumentState.RECEIVED, DocumentState.PROCESSING}
_RETRIES = 3


class ServiceClient:
    """One connection to a server. Errors of the server come back as `CodedError`."""

    def __init__(self, server: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # A proxy of the environment must never see a citizen's paper: trust_env is off.
        self._http = httpx2.Client(
            base_url=server.rstrip("/"), headers=headers, timeout=60, trust_env=False
        )

    def __enter__(self) -> "ServiceClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ready(self) -> bool:
        """Whether the server answers and says that it is ready."""
        try:
            return self._http.get("/readyz").status_code == httpx2.codes.OK
        except httpx2.HTTPError:
            return False

    def submit(self, name: str, data: bytes, *, case: str | None = None) -> dict[str, Any]:
        """Post one file, into the case of that number if one is given, and give its receipt.

        The idempotency key is the hash of the content (and the case), so that a repeated posting,
        after a lost answer say, is the same document.
        """
        key = hashlib.sha256(data).hexdigest() + (f".{case}" if case else "")
        headers = {
            "Idempotency-Key": f"sha256-{key}",
            "Content-Type": "application/octet-stream",
            "X-File-Name": Path(name).suffix,
        }
        params = {"case": case} if case else {}
        return self._call("POST", "/v1/documents", content=data, headers=headers, params=params)

    def document(self, document_id: str) -> dict[str, Any]:
        """State of one document."""
        return self._call("GET", f"/v1/documents/{document_id}")

    def suggestion(self, document_id: str, *, unmask: str = "") -> dict[str, Any]:
        """Suggestion of one document (needs a reviewer's session).

        `unmask` is the reason, kept in the audit record, for which 個人番号 is shown whole.
        """
        options = {"params": {"unmask": unmask}} if unmask else {}
        return self._call("GET", f"/v1/documents/{document_id}/suggestion", **options)

    def sign_in(self, token: str) -> dict[str, Any]:
        """Open a session with a one-time token."""
        return self._call("POST", "/v1/session", json={"token": token})

    def wait(
        self,
        document_ids: Iterable[str],
        *,
        seconds: float,
        on_finished: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> dict[str, dict[str, Any]]:
        """Wait until all are read or failed; raises READ_TIMEOUT after `seconds`."""
        waiting = list(document_ids)
        finished: dict[str, dict[str, Any]] = {}
        deadline = time.monotonic() + seconds
        while waiting:
            for document_id in tuple(waiting):
                document = self.document(document_id)
                if document["state"] not in UNFINISHED:
                    waiting.remove(document_id)
                    finished[document_id] = document
                    on_finished(document)
            if waiting and time.monotonic() > deadline:
                raise CodedError(ErrorCode.READ_TIMEOUT, f"{len(waiting)} documents unfinished")
            if waiting:
                time.sleep(0.3)
        return finished

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = self._send(method, path, **options)
        if response.is_success:
            body: dict[str, Any] = response.json()
            return body
        try:
            problem = response.json()
            code = ErrorCode(problem["code"])
        except (ValueError, KeyError):
            raise CodedError(ErrorCode.INTERNAL, f"HTTP {response.status_code}") from None
        raise CodedError(code, problem.get("detail", ""))

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        for attempt in range(_RETRIES):
            try:
                return self._http.request(method, path, **options)
            except httpx2.TransportError as error:
                # Posting again is safe: the idempotency key makes it the same document.
                if attempt == _RETRIES - 1:
                    detail = f"{self._http.base_url}: {type(error).__name__}"
                    raise CodedError(ErrorCode.SERVER_UNREACHABLE, detail) from error
                time.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")
