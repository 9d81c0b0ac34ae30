"""Damage that decoders pass over in silence: they fill in what they cannot read.

Neither check can find all damage. A JPEG whose blocks still come out even after a flipped bit, or
a byte changed in an uncompressed strip, is a valid picture of something else.
"""

import io

import numpy as np
import simplejpeg
from PIL import Image

from pipelines.decode_headers import JPEG_SCAN, jpeg_segments
from pipelines.records import Pixels

_WARNINGS = ("corrupt jpeg data", "premature end of jpeg", "inconsistent progression")
_END = b"\xff\xd9"
_PADDING = b"\0\xff"
_HUFFMAN = {0xC0, 0xC1, 0xC2}
_LEFT_OVER = 2
"""Bytes. An encoder may round up to one byte more than it needs."""
_GROUP4 = 4
_COMPRESSION, _ROWS_PER_STRIP, _STRIP_BYTES = 259, 278, 279
_STRIP_CHANGE = 0.01
_STRIP_SLACK = 8


def decode_sound(data: bytes, *, grey: bool) -> Pixels | None:
    """Pixels (H x W grey, or RGB) of a JPEG of which the decoder has nothing to complain; or None.

    They are those of OpenCV and Pillow, in less time.
    """
    try:
        decoded = simplejpeg.decode_jpeg(data, "GRAY" if grey else "RGB", strict=True)
    except ValueError:
        return None
    return np.asarray(decoded[..., 0] if grey else decoded, np.uint8)


def jpeg_is_damaged(data: bytes, *, sound: bool = False) -> bool:
    """Whether the coded data of a JPEG ends before its blocks do, or after.

    Either happens when a changed byte makes the decoder lose its place. Takes about 10 ms for a
    page of 300 KB, half of it when the decoder is known to have found it `sound`. Padding before
    the end marker, which some scanners write, is no damage.
    """
    found = {marker: end for marker, _, end in jpeg_segments(data)}
    end = data.find(_END, found.get(JPEG_SCAN, len(data)))
    if end < 0:
        return True
    body = data[:end].rstrip(_PADDING)
    if not sound and _warns(data[:end]):
        # The last byte that counts may look like padding.
        tails = (b"", b"\0", b"\xff\0") if len(body) < end else ()
        if all(_warns(body + tail) for tail in tails):
            return True
    # Blocks that are whole want their last bytes. (Arithmetic coding does without.)
    return bool(_HUFFMAN & found.keys()) and not _warns(_without_last(body))


def fax_is_damaged(image: Image.Image) -> bool:
    """Whether a loaded Group 4 frame, coded again, comes out otherwise than it came in.

    The code leaves an encoder no choice, so that undamaged strips have their length again; libtiff
    reads on through damage with whatever the bits happen to mean. Other frames: False.
    """
    tags = getattr(image, "tag_v2", {})
    lengths = tags.get(_STRIP_BYTES)
    if image.mode != "1" or tags.get(_COMPRESSION) != _GROUP4 or not lengths:
        return False
    again = io.BytesIO()
    rows = tags.get(_ROWS_PER_STRIP, image.height)
    image.save(again, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: rows})
    with Image.open(again) as coded:
        found = getattr(coded, "tag_v2", {}).get(_STRIP_BYTES, ())
    if len(found) != len(lengths):
        return False
    return any(
        abs(new - old) > _STRIP_SLACK + _STRIP_CHANGE * old
        for new, old in zip(found, lengths, strict=True)
    )


def _warns(body: bytes) -> bool:
    try:
        # The smallest scale: all of the coded data is read, hardly any pixel is made.
        simplejpeg.decode_jpeg(
            body + _END, "GRAY", min_height=1, min_width=1, min_factor=8, strict=True
        )
    except ValueError as error:
        return any(warning in str(error).lower() for warning in _WARNINGS)
    return False


def _without_last(body: bytes) -> bytes:
    position = len(body)
    for _ in range(_LEFT_OVER):
        # A zero behind 0xFF is no byte of its own.
        position -= 2 if body[position - 2 : position] == b"\xff\0" else 1
    return body[:position]
