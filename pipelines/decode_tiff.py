"""Directories of a TIFF, walked without decoding and without trusting a count or an offset."""

import struct
from collections.abc import Iterator

from pipelines.decode_limits import DecodeLimits, ScanSummary, check_pages, check_size
from pipelines.errors import CodedError, ErrorCode

_WIDTH, _LENGTH, _STRIPS, _STRIP_BYTES = 256, 257, 273, 279
_SUBFILE, _SAMPLES = 254, 277
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES = 322, 323, 324, 325
_WANTED = {
    _SUBFILE, _WIDTH, _LENGTH, _SAMPLES, _STRIPS, _STRIP_BYTES,
    _TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES,
}  # fmt: skip
_TYPES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_MAX_ENTRIES = 2048
_MAX_STRIPS = 200_000


def is_tiff(data: bytes) -> bool:
    """Whether the file is a TIFF or BigTIFF of either byte order."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def inspect_tiff(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Count pages and check the size of each. Raises CodedError as `inspect_scan` does."""
    count = len(page_frames(data, limits))
    return ScanSummary(media_type="image/tiff", page_count=count, suffix=".tiff")


def page_frames(data: bytes, limits: DecodeLimits) -> list[int]:
    """List the directories that are pages; reduced copies (thumbnails) are left out.

    Stops at the first directory past the limit, so that a chain of ten thousand (or one that
    bites its tail) is refused in the time of `max_pages`. Raises CodedError.
    """
    frames: list[int] = []
    for index, tags in enumerate(_directories(data, limits)):
        if (tags.get(_SUBFILE) or [0])[0] & 1:
            continue
        frames.append(index)
        check_pages(len(frames), limits)
        _check_directory(tags, len(data), limits)
    check_pages(len(frames), limits)
    return frames


def _directories(data: bytes, limits: DecodeLimits) -> Iterator[dict[int, list[int]]]:
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    offset = _unpack(data, order + ("Q" if big else "I"), 8 if big else 4)
    seen: set[int] = set()
    while offset:
        if offset in seen:
            raise CodedError(ErrorCode.FILE_CORRUPT, "TIFF directories in a circle")
        seen.add(offset)
        # Thumbnails may double the number of directories, no more.
        check_pages(max(1, len(seen) - limits.max_pages), limits)
        tags, offset = _directory(data, order, big, offset)
        yield tags


def _directory(data: bytes, order: str, big: bool, offset: int) -> tuple[dict[int, list[int]], int]:
    count = _unpack(data, order + ("Q" if big else "H"), offset)
    if not 0 < count <= _MAX_ENTRIES:
        raise CodedError(ErrorCode.FILE_CORRUPT, f"TIFF directory of {count} entries")
    start = offset + (8 if big else 2)
    size = 20 if big else 12
    tags: dict[int, list[int]] = {}
    for i in range(count):
        at = start + i * size
        tag = _unpack(data, order + "H", at)
        if tag in _WANTED:
            tags[tag] = _values(data, order, big, at)
    return tags, _unpack(data, order + ("Q" if big else "I"), start + count * size)


def _values(data: bytes, order: str, big: bool, at: int) -> list[int]:
    kind = _TYPES.get(_unpack(data, order + "H", at + 2))
    count = _unpack(data, order + ("Q" if big else "I"), at + 4)
    if kind is None or not 0 < count <= _MAX_STRIPS:
        raise CodedError(ErrorCode.FILE_CORRUPT, "TIFF entry out of range")
    length = struct.calcsize(order + kind) * count
    inline, where = (8, at + 12) if big else (4, at + 8)
    if length > inline:
        where = _unpack(data, order + ("Q" if big else "I"), where)
    if where + length > len(data):
        raise CodedError(ErrorCode.FILE_TRUNCATED, "TIFF entry behind the end of the file")
    return list(struct.unpack_from(f"{order}{count}{kind}", data, where))


def _check_directory(tags: dict[int, list[int]], size: int, limits: DecodeLimits) -> None:
    if _WIDTH not in tags or _LENGTH not in tags:
        raise CodedError(ErrorCode.FILE_CORRUPT, "TIFF page without a size")
    check_size(tags[_WIDTH][0], tags[_LENGTH][0], limits)
    if tags.get(_SAMPLES, [1])[0] > 16:
        raise CodedError(ErrorCode.FILE_CORRUPT, "TIFF page with too many samples")
    if _TILE_WIDTH in tags and _TILE_LENGTH in tags:
        # A tile is allocated as a whole, however small the picture is.
        check_size(
            max(tags[_TILE_WIDTH][0], limits.min_side),
            max(tags[_TILE_LENGTH][0], limits.min_side),
            limits,
        )
    for starts, lengths in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        for start, length in zip(tags.get(starts, []), tags.get(lengths, []), strict=False):
            if start + length > size:
                raise CodedError(ErrorCode.FILE_TRUNCATED, "TIFF strip behind the end of the file")


def _unpack(data: bytes, form: str, offset: int) -> int:
    if offset < 0 or offset + struct.calcsize(form) > len(data):
        raise CodedError(ErrorCode.FILE_TRUNCATED, "TIFF directory behind the end of the file")
    value: int = struct.unpack_from(form, data, offset)[0]
    return value
