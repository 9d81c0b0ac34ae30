"""The built review UI: files of `web/dist`, and `index.html` for every address of the app."""

from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from ocr_service.api.problems import problem
from pipelines.errors import CodedError, ErrorCode

DIST = Path(__file__).parent.parent / "web" / "dist"
_SERVICE = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")


class StaticUi:
    """Answers what no route did: a file of the UI, its start page, or a 404 problem."""

    def __init__(self, folder: Path = DIST) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return
        response = self._response(scope) or problem(
            CodedError(ErrorCode.REQUEST_NOT_FOUND), scope.get("state", {}).get("request_id", "")
        )
        await response(scope, receive, send)

    def _response(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD") or path == "/v1" or path.startswith(_SERVICE):
            return None
        file = self._file(path)
        if file is not None and file.name != "index.html":
            # Vite puts a hash of the content into the names of assets.
            lasting = path.startswith("/assets/")
            cache = "public, max-age=31536000, immutable" if lasting else "no-cache"
            return FileResponse(file, headers={"Cache-Control": cache})
        index = self._folder / "index.html"
        is_page = "." not in path.rpartition("/")[2] or file is not None
        if is_page and index.is_file():
            return FileResponse(index, headers={"Cache-Control": "no-cache"})
        return None

    def _file(self, path: str) -> Path | None:
        if "\x00" in path or "\\" in path:
            return None
        file = (self._folder / path.lstrip("/")).resolve()
        return file if file.is_relative_to(self._folder) and file.is_file() else None
