"""PDFs that were uploaded: nothing in them may act, carry files or unpack without end, whichever program opens them.

Programs differ in which version of an object they take for the current one, and in which of two entries of the same name. So every
object that can be found anywhere is read here, older versions and those inside object streams too, and what counts is whether a name
stands in it at all. After that pypdf must be able to open the file.
"""

import base64
import contextlib
import io
import re
import zlib
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from views.upload_bounds import Bound, Refused, inflated, pieces_of

MOST_PAGES = 500
#: Of all streams of a file together, unpacked. A page scanned in colour at 300 dots an inch has 25 megabytes.
MOST_UNPACKED = 500_000_000
#: Names of what does something by itself or at a touch, or leads to a file. A link to a web page is not among them.
NAMES = {name: reason for reason, names in {
    "acts": (b"/JavaScript", b"/JS", b"/Launch", b"/SubmitForm", b"/ImportData", b"/GoToR", b"/GoToE", b"/RichMedia", b"/RichMediaExecute",
             b"/Rendition", b"/Movie", b"/Sound", b"/3DD", b"/XFA"),
    "carries": (b"/EmbeddedFile", b"/EmbeddedFiles", b"/FileAttachment"),
    "locked": (b"/Encrypt",),
}.items() for name in names}
#: Objects in which /AA names what is to be done when they are shown, touched or printed. Elsewhere it may be any name.
_CAN_ACT = {b"/Catalog", b"/Page", b"/Annot", b"/Widget", b"/FT"}

_BLANKS = b"\0\t\n\x0c\r "
#: What may stand between two words: blanks, and comments up to the end of a line.
_GAP = b"(?:[" + _BLANKS + rb"]|%[^\r\n]*[\r\n])"
#: Where an object can begin, however its numbers are written, and where the list of objects says which the first one is.
_OBJECT = re.compile(b"[-+.0-9Ee]" + _GAP + b"*obj(?=" + _GAP + rb"*[<\[/(0-9])|trailer(?=" + _GAP + b"*<<)")
_STREAM = re.compile(_GAP + rb"*stream[ \t]*(?:\r\n|\n|\r)?")
#: A word: a bracket, a name, a string in hex or the beginning of one in letters, a comment, or numbers and the like.
_WORD = re.compile(b"[" + _BLANKS + b"]*+(<<|>>|[][()]|/[^" + _BLANKS + rb"()<>\[\]{}/%]*+|<[^<>]*+>|%[^\r\n]*+|[^<>\[\]()/%]++)")
_IN_STRING = re.compile(rb"[()]|\\.", re.DOTALL)
_NO_BLANK = re.compile(b"[^" + _BLANKS + b"]+")
_HEX = re.compile(b"#([0-9A-Fa-f]{2})")
_OPENED_BY = {b">>": b"<<", b"]": b"[", b")": None}
_OPENING = (b"<<", b"[")

_DEFLATED = {b"/FlateDecode", b"/Fl"}
_HEXED, _IN_85 = {b"/ASCIIHexDecode", b"/AHx"}, {b"/ASCII85Decode", b"/A85"}


def inspect(data: bytes) -> None:
    """Raises Refused, or what reading stumbles over, unless this is a PDF to read and print, and no more."""
    if not data.rstrip(_BLANKS).endswith(b"%%EOF"):
        raise Refused("damaged")
    streams = []
    for found in _OBJECT.finditer(data):
        words, end = _words(data, found.end())
        _look_at(words)
        stream = _STREAM.match(data, end)
        if stream:
            streams.append((words, stream.end()))
    bound = Bound(MOST_UNPACKED)
    for words, begin in streams:
        unpacked = _unpacked(data, begin, words)
        if b"/First" in words and b"/N" in words:
            _look_into(words, b"".join(bound.counted(unpacked)) if unpacked else data[begin:])
        elif unpacked:
            _drain(bound.counted(unpacked))
    _open(data)


def _words(data: bytes, at: int) -> tuple[list[bytes], int]:
    """(the words of the object that begins here, names as they are meant and strings left empty; where it ends)."""
    words, opened = [], []
    while not words or opened:
        found = _WORD.match(data, at)
        if not found:
            raise Refused("damaged")
        word, at = found[1], found.end()
        if word in _OPENED_BY:
            if not opened or opened.pop() != _OPENED_BY[word]:
                raise Refused("damaged")
        elif word in _OPENING:
            opened.append(word)
        elif word == b"(":
            at = _end_of_string(data, at)
        elif word.startswith(b"%"):
            continue
        elif b"#" in word:
            word = _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), word)
        words.append(word)
    return words, at


def _end_of_string(data: bytes, at: int) -> int:
    depth = 1
    while depth:
        found = _IN_STRING.search(data, at)
        if not found:
            raise Refused("damaged")
        depth += {b"(": 1, b")": -1}.get(found.group(), 0)
        at = found.end()
    return at


def _look_at(words: list[bytes]) -> None:
    """Refuse an object for what it names."""
    for word in words:
        if word in NAMES:
            raise Refused(NAMES[word])
    if b"/EF" in words and not {b"/F", b"/UF", b"/Filespec"}.isdisjoint(words):
        raise Refused("carries")
    if b"/AA" in words and not _CAN_ACT.isdisjoint(words):
        raise Refused("acts")


def _look_into(words: list[bytes], content: bytes) -> None:
    """Look at each object in an object stream: it has pairs of number and place, then, from /First on, the objects."""
    first, count = (int(_after(words, name)[0]) for name in (b"/First", b"/N"))
    numbers = _NO_BLANK.findall(content[:first])[:2 * count]
    # Nobody packs objects in a second way, which would show others to whoever undoes it.
    if len(numbers) != 2 * count or not all(number.isdigit() for number in numbers) or not {b"/DecodeParms", b"/DP"}.isdisjoint(words):
        raise Refused("damaged")
    for place in numbers[1::2]:
        _look_at(_words(content, first + int(place))[0])


def _after(words: list[bytes], name: bytes) -> list[bytes]:
    """The words from the value of a name on, of which there is one."""
    if words.count(name) > 1:
        raise Refused("damaged")
    return words[words.index(name) + 1:] if name in words else []


def _unpacked(data: bytes, begin: int, words: list[bytes]) -> Iterator[bytes] | None:
    """What a stream holds, if it is deflated or written in letters. Other packings are those of pictures, or long out of use."""
    after = _after(words, b"/Filter")
    filters = after[1:after.index(b"]")] if after[:1] == [b"["] else after[:1]
    if filters and not filters[0].startswith(b"/"):
        # Which packing it is stands in another object. This one is as good as all of them.
        filters = [b"/FlateDecode"]
    pieces = None
    if filters and filters[0] in _HEXED | _IN_85:
        pieces = _from_letters(data, begin, filters.pop(0))
    while filters and filters[0] in _DEFLATED:
        pieces = inflated(pieces or pieces_of(data, begin))
        filters.pop(0)
    if (b"/First" in words and filters) or not (_DEFLATED | _HEXED | _IN_85).isdisjoint(filters):
        raise Refused("damaged")
    return pieces


def _from_letters(data: bytes, begin: int, packing: bytes) -> Iterator[bytes]:
    if packing in _HEXED:
        unpacked = bytes.fromhex(data[begin:data.find(b">", begin)].decode("ascii"))
    else:
        unpacked = base64.a85decode(data[begin:data.find(b"~>", begin)], ignorechars=_BLANKS)
    yield from pieces_of(unpacked, 0)


def _drain(pieces: Iterator[bytes]) -> None:
    # What unpacks a stream in earnest comes no further than the first mistake in it either.
    with contextlib.suppress(zlib.error, ValueError):
        for _ in pieces:
            pass


def _open(data: bytes) -> None:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise Refused("locked")
    # What the file says of itself, before it takes long to see whether that is so.
    if int(reader.root_object["/Pages"].get("/Count", 0)) > MOST_PAGES or len(reader.pages) > MOST_PAGES:
        raise Refused("pages")
    if not reader.pages:
        raise Refused("damaged")
    # A place to begin at, or an action that leads to one, and to nothing else after it.
    beginning = reader.root_object.get("/OpenAction")
    beginning = beginning.get_object() if beginning else None
    if isinstance(beginning, DictionaryObject) and (beginning.get("/S") != "/GoTo" or "/Next" in beginning):
        raise Refused("acts")
