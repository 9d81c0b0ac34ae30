"""Bodies of postings, taken into memory under a cap: nothing is ever spooled to disk in clear."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pipelines.errors import CodedError, ErrorCode

UPLOAD_SECONDS = 120.0
"""A posting takes no longer than this to arrive."""
_FRAME_BYTES = 64 * 1024
"""Room for boundaries, part headers and small parts beside the file itself."""
_SUFFIX_LENGTH = 12
TEXT_PARTS = frozenset({b"case", b"batch", b"case_of_batch"})
"""Parts of a multipart body beside the file that say where it belongs."""
_TEXT_BYTES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A posted file: its bytes, the media type that was claimed, the suffix of its name.

    `texts` are the parts named in `TEXT_PARTS` that came with it.
    """

    data: bytes
    media_type: str
    suffix: str | None
    texts: Mapping[str, str] = field(default_factory=dict)


class UploadBudget:
    """Bytes that may be in memory for postings at the same time, in one process."""

    def __init__(self, total: int) -> None:
        self._left = total

    @contextmanager
    def reserve(self, size: int) -> Iterator[None]:
        """Take `size` bytes for the time of the block. Raises SERVICE_BUSY when they are gone."""
        if size > self._left:
            raise CodedError(ErrorCode.SERVICE_BUSY, "too many postings at the same time")
        self._left -= size
        try:
            yield
        finally:
            self._left += size


async def receive_upload(request: Request, *, limit: int) -> Upload:
    """Read the whole posting: raw body, or multipart with one part named `file`.

    Raises CodedError FILE_TOO_LARGE beyond `limit` bytes, REQUEST_INVALID for a damaged multipart
    body or a missing part, REQUEST_TIMEOUT when it takes too long.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise CodedError(ErrorCode.REQUEST_INVALID, "Content-Encoding is not supported")
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            if kind == b"multipart/form-data":
                boundary = options.get(b"boundary", b"")
                return await _read_multipart(request.stream(), boundary, limit)
            data = bytearray()
            async for chunk in request.stream():
                _grow(data, chunk, limit)
    except TimeoutError:
        raise CodedError(ErrorCode.REQUEST_TIMEOUT, "body did not arrive in time") from None
    media_type = kind.decode("latin-1") or "application/octet-stream"
    return Upload(data=bytes(data), media_type=media_type[:64], suffix=None)


async def _read_multipart(stream: AsyncIterator[bytes], boundary: bytes, limit: int) -> Upload:
    if not boundary:
        raise CodedError(ErrorCode.REQUEST_INVALID, "multipart body without boundary")
    parts = _Parts(limit=limit)
    total = 0
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        async for chunk in stream:
            total += len(chunk)
            if total > limit + _FRAME_BYTES:
                raise _too_large(limit, total)
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise CodedError(ErrorCode.REQUEST_INVALID, "damaged multipart body") from error
    if parts.found is None:
        raise CodedError(ErrorCode.REQUEST_INVALID, "multipart body without a part named file")
    return replace(parts.found, texts=dict(parts.texts))


@dataclass(slots=True)
class _Parts:
    """Collects the part named `file` and those of `TEXT_PARTS`; others are passed over."""

    limit: int
    found: Upload | None = None
    texts: dict[str, str] = field(default_factory=dict)
    _data: bytearray = field(default_factory=bytearray)
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _wanted: bool = False
    _text: str | None = None

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }

    def _begin(self) -> None:
        self._headers, self._wanted, self._text = {}, False, None
        self._data = bytearray()

    def _header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"")
        self._wanted = name == b"file"
        self._text = name.decode() if name in TEXT_PARTS else None
        if self._wanted and self.found is not None:
            raise CodedError(ErrorCode.REQUEST_INVALID, "more than one part named file")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            _grow(self._data, data[start:end], self.limit)
        elif self._text is not None:
            self._data += data[start:end]
            if len(self._data) > _TEXT_BYTES:
                raise CodedError(ErrorCode.REQUEST_INVALID, f"part {self._text} is too long")

    def _part_end(self) -> None:
        if self._text is not None:
            self.texts[self._text] = self._data.decode("utf-8", "replace").strip()
        if not self._wanted:
            return
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        kind, _ = parse_options_header(self._headers.get(b"content-type", b""))
        self.found = Upload(
            data=bytes(self._data),
            media_type=(kind.decode("latin-1") or "application/octet-stream")[:64],
            suffix=safe_suffix(options.get(b"filename", b"").decode("utf-8", "replace")),
        )
        self._data = bytearray()


def safe_suffix(name: str | None) -> str | None:
    """Suffix of a file name (`.jpg`); names may hold names of people, so it is all we keep."""
    suffix = PurePath(name or "").suffix.lower() or (name or "").lower()
    sound = suffix.startswith(".") and suffix.isascii() and suffix[1:].isalnum()
    return suffix if sound and len(suffix) <= _SUFFIX_LENGTH else None


def _grow(data: bytearray, chunk: bytes, limit: int) -> None:
    if len(data) + len(chunk) > limit:
        raise _too_large(limit, len(data) + len(chunk))
    data += chunk


def _too_large(limit: int, size: int) -> CodedError:
    return CodedError(ErrorCode.FILE_TOO_LARGE, f"over {limit} bytes", limit=limit, size=size)
