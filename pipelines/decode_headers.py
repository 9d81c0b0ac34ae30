"""Headers of single-image files, read without decoding a pixel.

Everything here works on offsets within the bytes at hand: no native code, time bounded by the
number of segments, no memory beyond the file itself.
"""

import struct
from collections.abc import Iterator

from pipelines.decode_limits import DecodeLimits, ScanSummary, check_size
from pipelines.errors import CodedError, ErrorCode

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MAX_BOXES = 4096
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_NOT_FRAMES = {0xC4, 0xC8, 0xCC}
JPEG_SCAN = 0xDA


def inspect_jpeg(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Size from the frame header, and an end marker after the first scan.

    Raises CodedError as `inspect_scan` does.
    """
    size = None
    for marker, position, end in jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            size = _jpeg_frame(data, position, limits)
        if marker == JPEG_SCAN:
            if size is None:
                raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG scan before its frame")
            # A thumbnail within the metadata has an end marker too: look after the scan begins.
            if data.rfind(b"\xff\xd9", end) < 0:
                raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG without end marker")
            return ScanSummary(media_type="image/jpeg", page_count=1, suffix=".jpg")
    raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG without a scan")


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Segments up to the first scan: (marker, its position, where the segment ends).

    Raises CodedError FILE_CORRUPT.
    """
    position = 2
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG segment expected")
        marker = data[position + 1]
        if marker == 0xFF or marker in _STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            return
        length = struct.unpack_from(">H", data, position + 2)[0]
        if length < 2:
            raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG segment too short")
        yield marker, position, position + 2 + length
        if marker == JPEG_SCAN:
            return
        position += 2 + length


def _jpeg_frame(data: bytes, position: int, limits: DecodeLimits) -> tuple[int, int]:
    if position + 9 > len(data):
        raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG frame header cut")
    height, width = struct.unpack_from(">HH", data, position + 5)
    check_size(width, height, limits)
    return width, height


def inspect_png(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Size from IHDR, and the chunks up to IEND. Raises CodedError as `inspect_scan` does."""
    if len(data) < 33:
        raise CodedError(ErrorCode.FILE_TRUNCATED, "PNG header cut")
    length, name, width, height = struct.unpack_from(">I4sII", data, 8)
    if name != b"IHDR" or length != 13:
        raise CodedError(ErrorCode.FILE_CORRUPT, "PNG without IHDR")
    check_size(width, height, limits)
    position = 8
    while position + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        if not name.isalpha():
            raise CodedError(ErrorCode.FILE_CORRUPT, "PNG chunk without a name")
        position += 12 + length
        if name == b"IEND" and position <= len(data):
            return ScanSummary(media_type="image/png", page_count=1, suffix=".png")
    raise CodedError(ErrorCode.FILE_TRUNCATED, "PNG without IEND")


def is_heif(data: bytes) -> bool:
    """Whether the file is an HEIF container of HEVC images (AVIF is not taken)."""
    if len(data) < 16 or data[4:8] != b"ftyp":
        return False
    end = min(struct.unpack_from(">I", data)[0], len(data), 256)
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, end - 3, 4))}
    return bool(brands & _HEIF_BRANDS) and data[8:12] not in (b"avif", b"avis")


def inspect_heif(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Sizes of all images from their `ispe` properties. Raises CodedError as `inspect_scan`."""
    meta = None
    for name, start, end in _boxes(data):
        if name == b"meta":
            meta = (start, end)
    if meta is None:
        raise CodedError(ErrorCode.FILE_CORRUPT, "HEIF without meta box")
    position, largest = meta[0], (0, 0)
    for _ in range(_MAX_BOXES):
        position = data.find(b"ispe", position, meta[1])
        if position < 0 or position + 16 > meta[1]:
            break
        size = struct.unpack_from(">II", data, position + 8)
        largest = max(largest, size, key=lambda s: s[0] * s[1])
        position += 4
    check_size(*largest, limits)
    return ScanSummary(media_type="image/heic", page_count=1, suffix=".heic")


def is_jpeg2000(data: bytes) -> bool:
    """Whether the file is a JP2 container or a bare JPEG 2000 codestream."""
    return data[:12] == b"\0\0\0\x0cjP  \r\n\x87\n" or data[:4] == b"\xff\x4f\xff\x51"


def inspect_jpeg2000(data: bytes, limits: DecodeLimits) -> ScanSummary:
    """Size and number of components of the codestream. Raises CodedError as `inspect_scan`."""
    start = 0
    if data[:2] != b"\xff\x4f":
        streams = [s for name, s, _ in _boxes(data) if name == b"jp2c"]
        if not streams:
            raise CodedError(ErrorCode.FILE_CORRUPT, "JP2 without a codestream")
        start = streams[0]
    if len(data) < start + 42:
        raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG 2000 header cut")
    if data[start : start + 4] != b"\xff\x4f\xff\x51":
        raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG 2000 without SIZ")
    right, bottom, left, top, tile_w, tile_h = struct.unpack_from(">6I", data, start + 8)
    components = struct.unpack_from(">H", data, start + 40)[0]
    check_size(right - left, bottom - top, limits)
    if not tile_w or not tile_h or not 1 <= components <= 4:
        raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG 2000 tiles or components out of range")
    tiles = -(-right // tile_w) * -(-bottom // tile_h)
    if tiles > 65_535:
        raise CodedError(ErrorCode.FILE_CORRUPT, "JPEG 2000 with too many tiles")
    if b"\xff\xd9" not in data[-64:]:
        raise CodedError(ErrorCode.FILE_TRUNCATED, "JPEG 2000 without end marker")
    return ScanSummary(media_type="image/jp2", page_count=1, suffix=".jp2")


def _boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    """Top-level ISO boxes as (name, start and end of the content)."""
    found: list[tuple[bytes, int, int]] = []
    position = 0
    while position + 8 <= len(data) and len(found) < _MAX_BOXES:
        length, name = struct.unpack_from(">I4s", data, position)
        header = 8
        if length == 1:
            if position + 16 > len(data):
                break
            length, header = struct.unpack_from(">Q", data, position + 8)[0], 16
        elif length == 0:
            length = len(data) - position
        if length < header:
            raise CodedError(ErrorCode.FILE_CORRUPT, "box shorter than its header")
        if position + length > len(data):
            raise CodedError(ErrorCode.FILE_TRUNCATED, "box longer than the file")
        found.append((name, position + header, position + length))
        position += length
    return found
