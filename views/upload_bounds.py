"""What the readers of uploads share: how they refuse a file, and how they unpack what may be a bomb."""

import zlib
from collections.abc import Iterable, Iterator

#: How much is unpacked at a time.
PIECE = 1 << 16


class Refused(Exception):
    """A file is not taken. Its text is a key of views.upload_check.SENTENCES."""


class Bound:
    """How many bytes a file may be once it is unpacked, counted while that is done: what it says of itself is not believed."""

    def __init__(self, most: int) -> None:
        self._left = most

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces. Raises Refused once there are too many bytes."""
        for piece in pieces:
            self._left -= len(piece)
            if self._left < 0:
                raise Refused("bomb")
            yield piece


def pieces_of(data: bytes, begin: int, end: int | None = None) -> Iterator[bytes]:
    """A part of the file, a piece at a time."""
    end = len(data) if end is None else end
    return (data[at:min(at + PIECE, end)] for at in range(begin, end, PIECE))


def inflated(pieces: Iterator[bytes], wbits: int = zlib.MAX_WBITS, *, exactly: bool = False) -> Iterator[bytes]:
    """What a deflate stream holds, a piece at a time. `exactly`: it ends where the pieces end, or Refused is raised."""
    engine = zlib.decompressobj(wbits)
    for piece in pieces:
        while piece and not engine.eof:
            yield engine.decompress(piece, PIECE)
            piece = engine.unconsumed_tail
        if engine.eof:
            break
    if exactly and (not engine.eof or engine.unused_data or any(pieces)):
        raise Refused("damaged")
