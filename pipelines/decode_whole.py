"""Pixels of a JPEG, and the proof that nothing of it is damaged, in one pass.

Damage that makes the decoder lose its place shows only at the end: the blocks end before the coded
data does, or after. To see it without reading the file twice, the decoder is told that the picture
is one row of blocks higher than it is. Of a whole file it then fills all that is real, begins one
block of the row too many with the last few bits, and complains, for the first time, that the data
end. Had it lost its place it would complain before, leave that row empty, or find more blocks.
"""

import struct

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from pipelines.decode_headers import JPEG_SCAN, jpeg_segments
from pipelines.records import Pixels

_BASELINE = (0xC0, 0xC1)
_RESTARTS = 0xDD
_END = b"\xff\xd9"
_BLOCK = 8
_MOST_ROWS = 65_000
_ENDED = "premature end of data segment"
_EMPTY = 128
"""What the decoder makes of blocks for which there are no data."""
_BLEED = 2
"""Pixels over which the colour of a block reaches into the next, where it is stored coarsely."""


def decode_whole(data: bytes, *, grey: bool) -> Pixels | None:
    """Pixels (H x W grey, or H x W x 3 RGB) of a JPEG that is proved whole; None without the proof.

    No proof is no damage: progressive files, such with restart markers, and padded ones have none.
    The pixels are those of any decoder; only the last row may be off by a tone or two where colour
    is stored coarsely, as it is smoothed with what the encoder filled its blocks up with.
    """
    segments = {marker: (start, end) for marker, start, end in jpeg_segments(data)}
    frame = next((segments[marker] for marker in _BASELINE if marker in segments), None)
    if frame is None or _RESTARTS in segments or JPEG_SCAN not in segments:
        return None
    end = _end_of_only_scan(data, segments[JPEG_SCAN][1])
    if end is None:
        return None
    height, width, components = struct.unpack_from(">HHB", data, frame[0] + 5)
    if components != (1 if grey else 3) or frame[1] < frame[0] + 10 + 3 * components:
        return None
    across, down = _block(data, frame[0], components)
    real = -(-height // down) * down
    if not 0 < real + down <= _MOST_ROWS:
        return None
    pixels = np.empty((real + down, width, components), np.uint8)
    if not _ends_early(_taller(data[:end] + _END, frame[0], real + down), pixels, grey):
        return None
    if not _begun(pixels[real:], across):
        return None
    return pixels[:height, :, 0] if grey else pixels[:height]


def _end_of_only_scan(data: bytes, begin: int) -> int | None:
    """Position of the end marker; None without one, or when another marker stands before it."""
    if begin >= len(data):
        return None
    coded = np.frombuffer(data, np.uint8, offset=begin)
    # Searching for both bytes at once takes three times as long: the first is frequent.
    places = np.flatnonzero(coded[:-1] == 0xFF)
    markers = places[coded[places + 1] != 0]
    if not len(markers) or coded[markers[0] + 1] != _END[1]:
        return None
    return begin + int(markers[0])


def _block(data: bytes, frame: int, components: int) -> tuple[int, int]:
    """Width and height in pixels of the smallest coded unit of the picture."""
    if components == 1:
        return _BLOCK, _BLOCK
    factors = [data[frame + 11 + 3 * i] for i in range(components)]
    return _BLOCK * max(f >> 4 for f in factors), _BLOCK * max(f & 15 for f in factors)


def _taller(data: bytes, frame: int, height: int) -> bytes:
    claimed = bytearray(data)
    struct.pack_into(">H", claimed, frame + 5, height)
    return bytes(claimed)


def _ends_early(data: bytes, pixels: NDArray[np.uint8], grey: bool) -> bool:
    """Decode into `pixels`; whether the first complaint is that the data end."""
    try:
        simplejpeg.decode_jpeg(data, "GRAY" if grey else "RGB", buffer=pixels, strict=True)
    except ValueError as error:
        # The decoder goes on after a complaint, and tells of the first one.
        return _ENDED in str(error).lower()
    return False


def _begun(row: Pixels, across: int) -> bool:
    """Whether exactly the first block of a row of blocks was begun."""
    inner = row[_BLEED:]
    first, rest = inner[:, :across], inner[:, across + _BLEED :]
    return bool((first != _EMPTY).any() and (rest == _EMPTY).all())
