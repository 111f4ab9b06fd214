"""Word documents that were uploaded: a package of parts that hold text and pictures, and fetch, run and carry nothing.

The package is read as strictly as word processors write it: entry behind entry, without a gap, the list of them last, so that no
program finds other entries in it than this one.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from views.upload_bounds import Bound, Refused, inflated, pieces_of

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200_000_000
#: What the main part of a document is. Templates, and documents with macros, say something else.
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES, _ROOT, _MAIN_PART = "[content_types].xml", "_rels/.rels", "word/document.xml"

_LOCAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s4H2LH")
#: Flags of an entry: locked in one of three ways, with a note behind it that repeats its size, named in UTF-8.
_LOCKED, _NOTED, _IN_UTF_8 = 0x2041, 0x08, 0x800
_NOTE_LENGTHS = (12, 16, 20, 24)
_IN_ANOTHER_FIELD = 0xFFFFFFFF

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
_HYPERLINKS = {f"{office}/hyperlink" for office in _OFFICE}
#: Kinds of relationships, by their last word, that bring along what is neither text nor picture.
KINDS = {
    "oleobject": "carries", "package": "carries", "control": "carries", "afchunk": "carries", "subdocument": "carries",
    "webextension": "carries", "webextensiontaskpanes": "carries",
    "vbaproject": "macros", "wordvbadata": "macros", "attachedtoolbars": "macros",
}
#: Elements that do, or that fetch, whatever the relationship that they name calls itself.
ELEMENTS = {
    "altChunk": "carries", "subDoc": "carries", "OLEObject": "carries", "webVideoPr": "carries",
    "attachedTemplate": "fetches", "mailMerge": "fetches", "sourceFileName": "fetches",
}
#: Attributes with the address of a picture or film that is shown at once.
_LINKED = {f"{office} {name}" for office in _OFFICE for name in ("link", "href")} | {"urn:schemas-microsoft-com:office:office href"}
_DRAWN = "urn:schemas-microsoft-com:vml "
#: Fields that fetch when they are brought up to date, or start a program.
_FETCHING = re.compile(r"^[^\w\n]*+(dde|ddeauto|includepicture|includetext|import|link|database)\b", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)


def inspect(data: bytes) -> None:
    """Raises Refused, or what reading stumbles over, unless this is a Word document to read, and no more."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
    parts = {entry.filename.casefold(): entry for entry in entries}
    if _TYPES not in parts or _MAIN_PART not in parts:
        raise Refused("type")
    if len(entries) > MOST_ENTRIES:
        raise Refused("bomb")
    if len(parts) != len(entries) or _ROOT not in parts or any(_leads_astray(entry.orig_filename) for entry in entries):
        raise Refused("damaged")
    begins = _begins(data, entries)
    bound = Bound(MOST_UNPACKED)
    content = {name: bound.counted(_content(data, begins[entry], entry)) for name, entry in parts.items()}
    types = _Types()
    types.read(content.pop(_TYPES))
    for name, pieces in content.items():
        _look_at_name(name)
        if name.endswith(".rels"):
            _Relationships(is_root=name == _ROOT).read(pieces)
        elif types.says_xml(name):
            _Text().read(pieces)
        else:
            for _ in pieces:
                pass


def _leads_astray(name: str) -> bool:
    """Whether a name leads out of the package, or is another one to another program."""
    return name.startswith("/") or ".." in name.split("/") or any(mark in name for mark in "\\:\0")


def _begins(data: bytes, entries: list[zipfile.ZipInfo]) -> dict[zipfile.ZipInfo, int]:
    """Where the content of each entry begins. Refuses a package with anything before, between or behind its entries and their list."""
    mark, disk, disk_of_list, here, count, size, begin, comment = _END.unpack(data[-_END.size:])
    told = (mark, disk, disk_of_list, here, count, begin + size + _END.size, comment)
    if told != (b"PK\5\6", 0, 0, len(entries), len(entries), len(data), 0):
        raise Refused("more")
    begins, at = {}, 0
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, next_at in zip(in_order, [*(entry.header_offset for entry in in_order[1:]), begin], strict=True):
        mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, at)
        name_at = at + _LOCAL.size
        begins[entry] = name_at + name_length + extra_length
        left = next_at - begins[entry] - entry.compress_size
        flags |= entry.flag_bits
        if flags & _LOCKED:
            raise Refused("locked")
        if entry.header_offset != at or left not in (_NOTE_LENGTHS if flags & _NOTED else (0,)):
            raise Refused("more")
        name = entry.orig_filename.encode("utf-8" if entry.flag_bits & _IN_UTF_8 else "cp437")
        if (mark, method, data[name_at:name_at + name_length]) != (b"PK\3\4", entry.compress_type, name):
            raise Refused("damaged")
        pairs = ((crc, entry.CRC), (packed, entry.compress_size), (size, entry.file_size))
        if not flags & _NOTED and any(one not in (other, _IN_ANOTHER_FIELD) for one, other in pairs):
            raise Refused("damaged")
        at = next_at
    return begins


def _content(data: bytes, begin: int, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry holds. Raises Refused at its end where it is not what the package says of it."""
    pieces = pieces_of(data, begin, begin + entry.compress_size)
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        pieces = inflated(pieces, -zlib.MAX_WBITS, exactly=True)
    elif entry.compress_type != zipfile.ZIP_STORED:
        raise Refused("damaged")
    size = crc = 0
    for piece in pieces:
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        yield piece
    if (size, crc) != (entry.file_size, entry.CRC):
        raise Refused("damaged")


def _look_at_name(name: str) -> None:
    *folders, last = name.split("/")
    if last in ("vbaproject.bin", "vbadata.xml"):
        raise Refused("macros")
    if "embeddings" in folders or "activex" in folders:
        raise Refused("carries")


class _Reader:
    """Reads a part that is XML, a piece at a time, and keeps none of it. A document type, with which entities come, is refused."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin

    def read(self, pieces: Iterator[bytes]) -> None:
        """Raises Refused, or expat's error, unless the part is all right."""
        for piece in pieces:
            self._parser.Parse(piece)
        self._parser.Parse(b"", True)
        self._end()

    def _refuse(self, *_: object) -> None:
        raise Refused("damaged")

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class _Types(_Reader):
    """What each part is."""

    def __init__(self) -> None:
        super().__init__()
        self._of_part: dict[str, str] = {}
        self._of_ending: dict[str, str] = {}

    def says_xml(self, name: str) -> bool:
        """Whether a program would read this part as XML."""
        return name.endswith((".xml", ".vml")) or self._of(name).endswith("xml")

    def _of(self, name: str) -> str:
        return self._of_part.get(f"/{name}") or self._of_ending.get(name.rpartition(".")[2], "")

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        namespace, _, kind = element.rpartition(" ")
        if namespace != f"{_PACKAGE}/content-types":
            raise Refused("damaged")
        if kind != "Types":
            told = attributes["ContentType"].casefold()
            if "macroenabled" in told or "vbaproject" in told:
                raise Refused("macros")
            types, key = (self._of_part, "PartName") if kind == "Override" else (self._of_ending, "Extension")
            types[attributes[key].casefold()] = told.partition(";")[0].strip()

    def _end(self) -> None:
        if self._of(_MAIN_PART) != MAIN:
            raise Refused("type")


class _Relationships(_Reader):
    """What a part names, inside the package and outside."""

    def __init__(self, *, is_root: bool) -> None:
        super().__init__()
        self._is_root = is_root
        self._main_parts: list[str] = []

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        namespace, _, name = element.rpartition(" ")
        if namespace != f"{_PACKAGE}/relationships":
            raise Refused("damaged")
        if name != "Relationships":
            kind, target = attributes["Type"], attributes["Target"]
            word = kind.rpartition("/")[2].casefold()
            is_outside = attributes.get("TargetMode", "").strip().casefold() == "external" or _ADDRESS.match(target)
            if word in KINDS:
                raise Refused(KINDS[word])
            if is_outside and kind not in _HYPERLINKS:
                raise Refused("fetches")
            if word == "officedocument":
                self._main_parts.append(target.removeprefix("/").casefold())

    def _end(self) -> None:
        if self._is_root and self._main_parts != [_MAIN_PART]:
            raise Refused("damaged")


class _Text(_Reader):
    """Any other part."""

    def __init__(self) -> None:
        super().__init__()
        self._parser.EndElementHandler = self._finish
        self._field_codes: list[str] = []

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(" ")[2]
        if name in ELEMENTS:
            raise Refused(ELEMENTS[name])
        if not _LINKED.isdisjoint(attributes) or (element.startswith(_DRAWN) and _ADDRESS.match(attributes.get("src", ""))):
            raise Refused("fetches")
        # A field's code can be spread over many elements; a mark (fldChar) stands before it and behind it.
        if name == "instrText":
            self._parser.CharacterDataHandler = self._field_codes.append
        elif name == "fldChar":
            self._field_codes.append("\n")
        elif name == "fldSimple":
            self._field_codes += ["\n", *attributes.values(), "\n"]

    def _finish(self, element: str) -> None:
        if element.endswith(" instrText"):
            self._parser.CharacterDataHandler = None

    def _end(self) -> None:
        if _FETCHING.search("".join(self._field_codes)):
            raise Refused("fetches")
