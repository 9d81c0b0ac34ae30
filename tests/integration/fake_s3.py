"""A small S3-compatible server on loopback: put, get, delete, list; keeps objects in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class FakeS3(ThreadingHTTPServer):
    """`objects` by `bucket/key`; `refuse` makes every request fail with (status, S3 code)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.refuse: tuple[int, str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def fake_s3() -> Iterator[FakeS3]:
    server = FakeS3()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FakeS3
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["content-length"]))
        if self._refused():
            return
        assert "AWS4-HMAC-SHA256" in self.headers["authorization"]
        self.server.objects[self._key()] = data
        self._answer(200, b"", ETag='"e"')

    def do_GET(self) -> None:
        if self._refused():
            return
        if "list-type" in parse_qs(urlsplit(self.path).query):
            self._list()
            return
        data = self.server.objects.get(self._key())
        if data is None:
            self._error(404, "NoSuchKey")
            return
        self._answer(200, data, ETag='"e"', **{"Last-Modified": format_datetime(_now())})

    def do_DELETE(self) -> None:
        if self._refused():
            return
        self.server.objects.pop(self._key(), None)
        self._answer(204, b"")

    def do_POST(self) -> None:
        """Answer the bulk delete."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self._refused():
            return
        keys = [part.split("</Key>")[0] for part in body.split("<Key>")[1:]]
        for key in keys:
            self.server.objects.pop(f"{self._key().strip('/')}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self._xml(200, f"<DeleteResult>{deleted}</DeleteResult>")

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""

    def _list(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        prefix, bucket = query.get("prefix", [""])[0], self._key().strip("/")
        keys = [k.removeprefix(f"{bucket}/") for k in self.server.objects]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_now():%Y-%m-%dT%H:%M:%S.000Z}"
            f'</LastModified><ETag>"e"</ETag><Size>1</Size></Contents>'
            for key in sorted(keys)
            if key.startswith(prefix)
        )
        self._xml(
            200,
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>",
        )

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    def _refused(self) -> bool:
        if self.server.refuse is None:
            return False
        self._error(*self.server.refuse)
        return True

    def _error(self, status: int, code: str) -> None:
        self._xml(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    def _xml(self, status: int, text: str) -> None:
        self._answer(status, f'<?xml version="1.0"?>{text}'.encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _now() -> datetime:
    return datetime.now(UTC)
