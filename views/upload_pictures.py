"""Pictures that were uploaded: PNG and JPEG, taken apart piece by piece up to their end, then decoded whole."""

import io
import re
import struct
import zlib

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from views.upload_bounds import Refused

#: More than any scan of a page or photo of a phone; decoded it takes 200 megabytes.
MOST_PIXELS = 50_000_000
#: Where the coded picture in a JPEG ends: at a marker that does not belong inside it.
_CODED_END = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
#: Markers of a JPEG that stand alone; after any other comes the length of its segment.
_ALONE = {0x01, *range(0xD0, 0xD8)}


def inspect_png(data: bytes) -> None:
    """Raises Refused, or what reading stumbles over, unless this is one still picture and nothing else."""
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if (zlib.crc32(data[at + 4:end - 4]),) != struct.unpack_from(">I", data, end - 4):
            raise Refused("damaged")
        if kind == b"acTL":
            raise Refused("animated")
        at = end
    if at != len(data):
        raise Refused("more")
    _decode(PngImageFile(io.BytesIO(data)))


def inspect_jpeg(data: bytes) -> int:
    """Where the picture ends. Raises Refused, or what reading stumbles over, unless it begins with a whole one.

    What a camera writes into it is part of it. What phones put behind it is not: a film of the moment, a second picture in other brightness.
    """
    at, marker = 2, _START
    while marker != _END:
        if data[at] != 0xFF:
            raise Refused("damaged")
        marker = data[at + 1]
        if marker in (0x00, _START):
            raise Refused("damaged")
        if marker == 0xFF:
            # Any number of these may stand before a marker.
            at += 1
        elif marker in _ALONE or marker == _END:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
            if marker == _SCAN:
                at = _CODED_END.search(data, at).start()
    # Not through Image.open, which would go on to the further pictures that a phone may announce in the first one's segments.
    _decode(JpegImageFile(io.BytesIO(data)))
    return at


def _decode(image: ImageFile) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise Refused("pixels")
    image.load()
