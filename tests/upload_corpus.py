"""Files as people upload them, and as somebody would who means harm: all made here, none kept."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image
from pypdf import PdfWriter

#: What must not be taken for anything.
PHP = b"<?php system($_GET['x']); ?>"


def zeros(megabytes: int, head: bytes = b"", each: bytes = b"\0") -> bytes:
    """A raw deflate stream that becomes so many megabytes, a thousand bytes for each, of zeros or something else."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = engine.compress(head) + engine.flush(zlib.Z_FULL_FLUSH)
    return head + (engine.compress(each * 1_000_000) + engine.flush(zlib.Z_FULL_FLUSH)) * megabytes + b"\3\0"


# ---- pictures --------------------------------------------------------------------------------------------------------


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:
    """A picture as Pillow writes it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """One piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


#: Behind the first piece of a PNG.
PNG_HEAD = 33


def png_with(kind: bytes, data: bytes, at: int = -12) -> bytes:
    """A PNG with one more piece, before its last one or behind its head."""
    png = picture("PNG")
    return png[:at] + chunk(kind, data) + png[at:]


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is of that size, and is short."""
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def moving_png() -> bytes:
    """A PNG of two frames."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")])
    return out.getvalue()


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says it is of that size, and is short."""
    jpeg = picture("JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">2H", height, width) + jpeg[at + 4:]


def jpeg_with_comment(comment: bytes) -> bytes:
    """A JPEG with a comment right behind its head."""
    jpeg = picture("JPEG")
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg[2:]


def endless_jpeg() -> bytes:
    """A picture of 42 megapixels with thousands of scans, each of a few bytes and each over the whole of it."""
    jpeg = picture("JPEG", (6500, 6500), "L", progressive=True, quality=1)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * 4000 + jpeg[-2:]


# ---- PDF -------------------------------------------------------------------------------------------------------------


def plain_pdf(pages: int = 1) -> bytes:
    """Empty pages, as pypdf writes them."""
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def locked_pdf(password: str) -> bytes:
    """The same, locked."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt(password, "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), entries, content)


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object, packed."""
    return stream(zlib.compress(content), b"/Filter/FlateDecode" + entries)


def object_stream(objects: dict[int, bytes], pack: Callable[[bytes, bytes], bytes] = deflated) -> bytes:
    """A stream object that holds others."""
    places, content = [], b""
    for number, each in objects.items():
        places.append(b"%d %d" % (number, len(content)))
        content += each + b"\n"
    head = b" ".join(places) + b"\n"
    return pack(head + content, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)))


def pdf(catalog: bytes = b"", page: bytes = b"", objects: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """A PDF of one page. `catalog`, `page` and `trailer` are further entries of theirs, `objects` further objects, from number 10 on."""
    numbered = {
        1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]%b>>" % page,
    } | (objects or {})
    out, at = b"%PDF-1.7\n", {}
    for number, each in numbered.items():
        at[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    begin = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n" + b"".join(b"%d 1\n%010d 00000 n \n" % each for each in at.items())
    return out + b"trailer\n<</Root 1 0 R/Size %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (max(at) + 1, trailer, begin)


def pdf_in_a_ring() -> bytes:
    """A PDF whose list of objects says of itself that it is also the one before."""
    whole = pdf(trailer=b"/Prev 000")
    return whole.replace(b"/Prev 000", b"/Prev %d" % whole.index(b"xref"))


def pdf_action(action: bytes) -> bytes:
    """A PDF with a link on its page that does something when it is touched."""
    return pdf(page=b"/Annots[10 0 R]", objects={10: b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/%b>>>>" % action})


# ---- Word ------------------------------------------------------------------------------------------------------------

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
TYPES, ROOT, DOCUMENT, LINKS = "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels"


def content_types(main: str = MAIN, more: str = "") -> str:
    """What the parts are."""
    return (f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{main}"/>{more}</Types>')


def relationships(*each: tuple[str, str, str]) -> str:
    """Relationships: the last word of their kind, what they name, and whether that is inside or outside."""
    rows = "".join(f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
                   for number, (kind, target, mode) in enumerate(each))
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def document(body: str = "<w:p><w:r><w:t>Dear Ann</w:t></w:r></w:p>", before: str = "") -> str:
    """The text itself."""
    return (f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}" '
            f'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:body>{body}</w:body></w:document>')


def docx(parts: dict[str, str | bytes | None] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word document. `parts` adds some, changes some, or leaves some out."""
    whole = {TYPES: content_types(), ROOT: relationships(("officeDocument", DOCUMENT, "Internal")), DOCUMENT: document()} | (parts or {})
    return zipped([(name, content) for name, content in whole.items() if content is not None], method)


def locked_docx() -> bytes:
    """A Word document whose entries say that they are encrypted."""
    return docx().replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0").replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")


def zipped(entries: list[tuple[str | zipfile.ZipInfo, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP, whatever it holds."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in entries:
            package.writestr(name, content)
    return out.getvalue()


def streamed_docx() -> bytes:
    """A Word document as a program writes it that cannot go back: a note behind each entry says how large it was."""

    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

    out = OneWay()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package, zipfile.ZipFile(io.BytesIO(docx())) as whole:
        for name in whole.namelist():
            package.writestr(name, whole.read(name))
    return out.getvalue()


def docx_with_deflated(deflate: bytes, size: int, crc: int = 0, name: str = "docProps/x.xml.bin") -> bytes:
    """A Word document with one more entry, of which it is said, in front of it and in the list, what is asked for."""
    package = docx()
    end = struct.unpack("<4s4H2LH", package[-22:])
    entries, listed = package[:end[6]], package[end[6]:-22]
    head = (20, 0, 8, 0, 0x21, crc, len(deflate), size, len(name), 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", *head) + name.encode() + deflate
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *head, 0, 0, 0, 0, len(entries)) + name.encode()
    entries, listed, count = entries + local, listed + central, end[3] + 1
    return entries + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), len(entries), 0)


def docx_with_gap() -> bytes:
    """A Word document with something between its last entry and the list of them, which the list knows how to step over."""
    package = docx()
    *end, size, begin, comment = struct.unpack("<4s4H2LH", package[-22:])
    gap = b"<script>"
    return package[:begin] + gap + package[begin:-22] + struct.pack("<4s4H2LH", *end, size, begin + len(gap), comment)
