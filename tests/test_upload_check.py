"""Uploads are judged by what is in them, in a child process, within bounds (threat 57)."""

import io
import re
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module

import pytest
from PIL import Image

from config import FOLDER
from tests.apart import children, listening
from tests.upload_corpus import (
    DOCUMENT, LINKS, MACROS, MAIN, PHP, PNG_HEAD, ROOT, TYPES, content_types, deflated, document, docx, docx_with_deflated, docx_with_gap,
    endless_jpeg, jpeg_of, jpeg_with_comment, locked_docx, locked_pdf, moving_png, object_stream, pdf, pdf_action, pdf_in_a_ring, picture,
    plain_pdf, png_of, png_with, relationships, stream, streamed_docx, zeros, zipped,
)
from views import upload_check, upload_docx, upload_pdf
from views.confinement import Limits
from views.printing import print_pdf
from views.upload_check import AT_ONCE, LIMITS, MOST_BYTES, SENTENCES, NotAccepted, judge
from views.upload_inspector import FINE, INSPECTORS, verdict

ZIP = zipped([("evil.class", b"\xca\xfe\xba\xbe")])
DEFLATED = zlib.compress(b"abc", wbits=-15)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
#: Where it is not about time: this machine may have other things to do.
PATIENT = Limits(turn=100, seconds=100, megabytes=LIMITS.megabytes)


class Here:
    """Looks at files in this process, which takes a tenth of the time; judge() does the rest as ever."""

    def run(self, data: bytes, _: Limits, kind: str) -> tuple[int, bytes]:
        module, function = INSPECTORS[kind]
        return 0, verdict(kind, getattr(import_module(module), function), data).encode()


@pytest.fixture
def here(monkeypatch):
    """For files that do no harm where they are looked at: most."""
    monkeypatch.setattr(upload_check, "_inspectors", Here())


def reason_against(data: bytes, limits: Limits = PATIENT) -> str | None:
    """Why a file is not accepted."""
    try:
        judge(data, limits)
    except NotAccepted as refused:
        assert refused.sentence == SENTENCES[str(refused)]
        return str(refused)
    return None


def word(body: str = "", links: tuple = (), **parts: str) -> bytes:
    """A Word document with that in its text, and with those relationships."""
    return docx({DOCUMENT: document(body), LINKS: relationships(*links)} | parts)


# ---- what is accepted ------------------------------------------------------------------------------------------------

CAMERA = Image.Exif()
CAMERA[0x010F] = "A camera"
LINK = ("hyperlink", "https://example.org/JS/Launch", "External")
GOOD = {
    "printed": lambda: print_pdf("<html lang='en'><title>x</title><h1>Hello</h1><a href='https://example.org/JS'>link"),
    "as pypdf writes it": plain_pdf,
    "500 pages": lambda: pdf().replace(b"/Kids[3 0 R]", b"/Kids[" + b"3 0 R " * 500 + b"]"),
    "linked": lambda: pdf_action(b"/URI/URI(https://example.org/JS)"),
    "opened at its page": lambda: pdf(b"/OpenAction 10 0 R", objects={10: b"<</S/GoTo/D[3 0 R/Fit]>>"}),
    "opened at its page at once": lambda: pdf(b"/OpenAction[3 0 R/Fit]"),
    "words in strings": lambda: pdf(objects={10: rb"<</Title(\(/JavaScript \( (/Launch) \\) /Subject </4A53>>>"}),
    "names that are like others": lambda: pdf(objects={10: b"<</CharProcs<</AA 11 0 R/EF 11 0 R>>/JavaScripts/JSX>>"}),
    "words in a stream": lambda: pdf(objects={10: stream(b"BT (/JavaScript the trailer) Tj ET")}),
    "objects in a stream": lambda: pdf(objects={10: object_stream({11: b"<</Title(a)>>", 12: b"[1 2]", 13: b"3"})}),
    "in letters": lambda: pdf(objects={10: stream(b"GhQ~>", b"/Filter[/ASCII85Decode/FlateDecode]")}),
    "a list of objects that leads back to itself": pdf_in_a_ring,
    "blank behind": lambda: pdf() + b"\r\n \0\n",
    "added to": lambda: pdf() + pdf()[9:],
    "picture": lambda: picture("PNG"),
    "picture one can see through": lambda: picture("PNG", mode="LA"),
    "photo": lambda: picture("JPEG"),
    "photo that comes into focus": lambda: picture("JPEG", progressive=True),
    "photo in inks": lambda: picture("JPEG", mode="CMYK"),
    "photo with the camera's words": lambda: picture("JPEG", exif=CAMERA.tobytes()),
    "photo filled up": lambda: picture("JPEG") + bytes(300),
    # It is data of the picture's, as a name would be. A server that hands it out as what it is never runs it.
    "photo with a script for a comment": lambda: jpeg_with_comment(PHP),
    "letter": docx,
    "letter, not packed": lambda: docx(method=zipfile.ZIP_STORED),
    "letter, written in one go": streamed_docx,
    "letter with a link": lambda: word('<w:hyperlink r:id="r0"/>', (LINK,)),
    "letter with a picture": lambda: word("", (("image", "media/a.png", "Internal"),), **{"word/media/a.png": picture("PNG")}),
    "letter with fields": lambda: word('<w:fldSimple w:instr=" PAGE "/><w:instrText> HYPERLINK "https://x/import link" </w:instrText>'),
    "letter with one more part": lambda: docx_with_deflated(DEFLATED, 3, zlib.crc32(b"abc")),
    "letter in UTF-16": lambda: docx({DOCUMENT: document().replace("UTF-8", "UTF-16").encode("utf-16")}),
}
MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg",
               "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


@pytest.mark.parametrize("name", GOOD)
def test_what_people_have_is_accepted(here, name):
    """Of each kind, as several programs write it."""
    accepted = judge(GOOD[name]())
    kind = {"photo": "jpg", "pictu": "png", "lette": "docx"}.get(name[:5], "pdf")
    assert (accepted.extension, accepted.media_type) == (kind, MEDIA_TYPES[kind])


def test_a_child_says_what_a_file_is():
    """One of each kind, looked at as it is in earnest."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        accepted = list(pool.map(judge, (pdf(), docx(), picture("PNG"), picture("JPEG", (9000, 5500), "L")), [PATIENT] * 4))
    assert [each.extension for each in accepted] == ["pdf", "docx", "png", "jpg"]


# ---- what is not -----------------------------------------------------------------------------------------------------

OTHER_KINDS = {
    "program": b"MZ\x90\0" + bytes(200),
    "Linux program": b"\x7fELF" + bytes(200),
    "page": HTML,
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "GIF": b"GIF89a" + bytes(30),
    "text": b"Dear Ann",
    "old Word, or one that is locked": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "iPhone's picture": b"\0\0\0\x18ftypheic" + bytes(50),
    "page before a PDF": HTML + pdf(),
    "blank before a PDF": b"\n" + pdf(),
    "script before a photo": PHP + picture("JPEG"),
    "program before a letter": b"MZ" + docx(),
    "ZIP": ZIP,
    "empty ZIP": zipped([]),
    "Java": zipped([("META-INF/MANIFEST.MF", b"")]),
    "spreadsheet": docx({DOCUMENT: None, "xl/workbook.xml": "<x/>"}),
    "template": docx({TYPES: content_types(MAIN.replace("document.main", "template.main"))}),
}
ACTIONS = ("JavaScript/JS(app.alert\\(1\\))", "Launch/F(cmd.exe)", "SubmitForm/F(http://x/)", "ImportData/F(x)", "GoToR/F(x.pdf)/D[0/Fit]",
           "GoToE/D[0/Fit]", "Rendition", "Movie", "Sound", "RichMediaExecute")
SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
ACTIVE_PDFS = {f"touched: {action}": pdf_action(action.encode()) for action in ACTIONS} | {
    "opened": pdf(b"/OpenAction" + SCRIPT),
    "opened, elsewhere": pdf(b"/OpenAction 10 0 R", objects={10: SCRIPT}),
    "opened: a page of the web": pdf(b"/OpenAction<</S/URI/URI(http://x/)>>"),
    "opened at its page, then a page of the web": pdf(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI(http://x/)>>>>"),
    "opened: printed": pdf(b"/OpenAction 10 0 R", objects={10: b"<</S/Named/N/Print>>"}),
    "shown": pdf(page=b"/AA<</O<</S/URI/URI(http://x/)>>>>"),
    "named": pdf(b"/Names<</JavaScript<</Names[(a)10 0 R]>>>>", objects={10: b"<<>>"}),
    "filled in": pdf(b"/AcroForm<</XFA 10 0 R/Fields[]>>", objects={10: stream(b"<xdp/>")}),
    "film": pdf(page=b"/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]"),
    "in three dimensions": pdf(page=b"/Annots[<</Subtype/3D/3DD 10 0 R/Rect[0 0 9 9]>>]"),
    "spelt otherwise": pdf_action(b"#4aavaScr#69pt/#4AS(x)"),
    "twice": pdf(objects={10: b"<</S/URI/S/JavaScript/JS(x)>>"}),
    "a name by itself": pdf(objects={10: b"<</S 11 0 R/J 12 0 R>>", 11: b"/JavaScript"}),
    "behind strings and comments": pdf(objects={10: b"<</A(\\)(>>) endobj)%>>endobj\n/B<3e3e>/S/JavaScript>>"}),
    "in no list": pdf().replace(b"xref\n", b"10%\n0%(\nobj" + SCRIPT + b"\nendobj\nxref\n", 1),
    "numbered in another way": pdf().replace(b"xref\n", b"10 +0.obj" + SCRIPT + b"\nendobj\nxref\n", 1),
    "of an older version": pdf(objects={10: SCRIPT}) + pdf(objects={10: b"<<>>"})[9:],
    "in the data of a picture": pdf(objects={10: stream(b"10 0 obj" + SCRIPT + b"endobj", b"/Filter/DCTDecode")}),
    "in the trailer": pdf(trailer=b"/Root<</OpenAction" + SCRIPT + b">>"),
    "in a stream": pdf(objects={10: object_stream({11: SCRIPT})}),
    "in a stream, not packed": pdf(objects={10: object_stream({11: b"[(a)]", 12: SCRIPT}, stream)}),
    "in a stream that does not say so": pdf(objects={10: object_stream({11: SCRIPT}).replace(b"/Type/ObjStm", b"")}),
    "in a stream in letters": pdf(objects={10: object_stream({11: SCRIPT}, lambda content, entries: stream(
        zlib.compress(content).hex().encode() + b">", b"/Filter[/ASCIIHexDecode/FlateDecode]" + entries))}),
    "in a stream packed twice": pdf(objects={10: object_stream({11: SCRIPT}, lambda content, entries: stream(
        zlib.compress(zlib.compress(content)), b"/Filter[/FlateDecode/FlateDecode]" + entries))}),
}
CARRYING_PDFS = {
    "attached": pdf(b"/Names<</EmbeddedFiles<</Names[(a)10 0 R]>>>>", objects={10: b"<</F(a)/EF<</F 11 0 R>>>>", 11: stream(b"x")}),
    "attached to a page": pdf(page=b"/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]>>]"),
    "as a stream": pdf(objects={10: stream(b"x", b"/Type/EmbeddedFile")}),
    "associated": pdf(b"/AF[10 0 R]", objects={10: b"<</UF(a)/EF<</UF 11 0 R>>>>", 11: stream(b"x")}),
}
DAMAGED_PDFS = {
    "no end": pdf()[:-7],
    "a page behind": pdf() + HTML,
    "nothing but its ends": b"%PDF-1.7\n%%EOF",
    "an object without an end": pdf(objects={10: b"<</A["}),
    "brackets that cross": pdf(objects={10: b"<</A]/B[>>"}),
    "an object that is itself": pdf(objects={1: b"1 0 R"}),
    "pages in a ring": pdf().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "pages in a larger ring": pdf(objects={10: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"}).replace(b"/Kids[3 0 R]", b"/Kids[10 0R]"),
    "objects packed in a way that nobody uses": pdf(objects={10: object_stream({11: SCRIPT}, lambda content, entries: stream(
        content, b"/Filter/LZWDecode" + entries))}),
    "objects packed in two ways": pdf(objects={10: object_stream({11: b"<<>>"}, lambda content, entries: stream(
        zlib.compress(content), b"/Filter/FlateDecode/Filter/LZWDecode" + entries))}),
    "objects packed in a way that stands elsewhere": pdf(objects={10: deflated(b"11 0 " + SCRIPT, b"/N 1/First 5/DecodeParms 11 0 R")}),
    "objects in another place than it seems": pdf(objects={10: deflated(b"%5 0\n11 2 []" + SCRIPT, b"/N 1/First 10")}),
    "fewer objects than it says": pdf(objects={10: deflated(b"", b"/Type/ObjStm/N 1/First 0")}),
}
DAMAGED_PICTURES = {
    "short PNG": picture("PNG")[:-12], "changed PNG": picture("PNG").replace(b"IDAT", b"IDAt"),
    "PNG with changed words": png_with(b"tEXt", b"Comment\0words").replace(b"words", b"sword"),
    "PNG in name only": b"\x89PNG\r\n\x1a\n" + HTML,
    "PNG with too little in it": png_of(1000, 1000),
    "short JPEG": picture("JPEG")[:-2], "JPEG in name only": b"\xff\xd8\xff" + HTML,
    "JPEG without a picture": b"\xff\xd8\xff\xd9",
    "JPEG in a JPEG": picture("JPEG")[:2] + picture("JPEG"),
    "words without an end": png_with(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3_000_000))),
    "words without an end, in any language": png_with(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(3_000_000))),
    "colours without an end": png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(3_000_000)), PNG_HEAD),
}
TWO_IN_ONE = {
    "PNG and ZIP": picture("PNG") + ZIP,
    "PNG and page": picture("PNG") + HTML,
    "PNG and program": picture("PNG") + b"MZ",
    "ZIP in a PNG": png_with(b"tEXt", b"Comment\0" + ZIP),
    "PDF in a PNG": png_with(b"tEXt", b"a\0" + pdf(), PNG_HEAD),
    "JPEG and ZIP": picture("JPEG") + ZIP,
    "JPEG and PDF": picture("JPEG") + pdf(),
    "PDF in a JPEG": jpeg_with_comment(pdf()),
    "ZIP in a JPEG": jpeg_with_comment(ZIP),
    "ZIP in a PDF": pdf() + b"%" + ZIP + b"\n%%EOF",
    "letter and page": docx() + HTML,
    "letter with a comment": docx()[:-2] + b"\x05\0<php>",
    "PDF in a letter": zipped([("x", pdf())], zipfile.ZIP_STORED),
    "something between entries": docx_with_gap(),
    "letter of several disks": docx()[:-14] + b"\2\0" + docx()[-12:],
}
VML = '<v:shape><v:imagedata {}="http://x/y.png"/></v:shape>'
FIELD = '<w:fldChar w:fldCharType="begin"/><w:instrText>{}</w:instrText><w:instrText>{}</w:instrText><w:fldChar w:fldCharType="end"/>'
FETCHING_LETTERS = {
    "template": docx({"word/_rels/settings.xml.rels": relationships(("attachedTemplate", "http://x/t.dotm", "External"))}),
    "template, as a link": docx({"word/settings.xml": document('<w:attachedTemplate r:id="r0"/>'),
                                 "word/_rels/settings.xml.rels": relationships(("hyperlink", "http://x/t.dotm", "External"))}),
    "picture": word("", (("image", "http://x/a.png", "External"),)),
    "picture, as a link": word('<w:blip r:link="r0"/>', (("hyperlink", "http://x/a.png", "External"),)),
    "picture, drawn": word(VML.format("src")),
    "picture, drawn otherwise": word(VML.format("r:href")),
    "picture, drawn in Office": word(VML.format("o:href")),
    "frame": word("", (("frame", "y.html", "eXternal "),)),
    "object": word("", (("mailMergeSource", "file:///x", "External"),)),
    "inside, it says": word("", (("image", "\\\\server\\share\\a.png", "Internal"),)),
    "spreadsheet": word('<w:mailMerge/>'),
    "field": word('<w:fldSimple w:instr=" IncludePicture &quot;http://x/&quot; "/>'),
    "field in pieces, behind another": word(FIELD.format(" PA", "GE ") + FIELD.format(" DDE", "AUTO c:\\cmd")),
    "in a part of another name": docx({"word/x.dat": document('<w:attachedTemplate r:id="r0"/>'), TYPES: content_types(
        more='<Override PartName="/word/X.dat" ContentType="application/x+xml"/>')}),
}
CARRYING_LETTERS = {
    "object": word("", (("oleObject", "embeddings/a.bin", "Internal"),)),
    "by its name": docx({"word/Embeddings/a.xlsx": ZIP}),
    "control": word("", (("control", "activeX/a.xml", "Internal"),)),
    "by its folder": docx({"word/activeX/a.xml": "<x/>"}),
    "other text": word("", (("aFChunk", "a.rtf", "Internal"),)),
    "as another text": word('<w:altChunk r:id="r0"/>'),
    "as an object": word('<o:OLEObject r:id="r0"/>'),
    "spreadsheet": word("", (("package", "a.xlsx", "Internal"),)),
    "film of the web": word('<w:webVideoPr embeddedHtml="x"/>'),
}
LETTERS_WITH_MACROS = {
    "by their type": docx({TYPES: content_types(MACROS)}),
    "by their name": docx({"word/vbaProject.bin": b"x"}),
    "elsewhere": docx({"a/VBAPROJECT.BIN": b"x"}),
    "by their relationship": word("", (("vbaProject", "x.bin", "Internal"),)),
    "by a part's type": docx({TYPES: content_types(more='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>')}),
}
LAUGHS = '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi")) + "]>"
DAMAGED_LETTERS = {
    "short": docx()[:-30], "laughs": docx({DOCUMENT: document("<w:t>&i;</w:t>", LAUGHS)}),
    "laughs, elsewhere": docx({"word/styles.xml": LAUGHS + "<w>&i;</w>"}),
    "laughs, in the types": docx({TYPES: LAUGHS + content_types()}),
    "laughs, in the relationships": docx({LINKS: LAUGHS + relationships()}),
    "laughs, in UTF-16": docx({DOCUMENT: document("", LAUGHS).replace("UTF-8", "UTF-16").encode("utf-16")}),
    "an entity from a file": docx({DOCUMENT: document("&a;", '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>')}),
    "no XML": docx({DOCUMENT: "<w:document>"}),
    "out of the package": docx({"../evil.xml": "<x/>"}),
    "out of the package, further in": docx({"word/../../evil.xml": "<x/>"}),
    "from the root": docx({"/etc/x": "x"}),
    "in Windows": docx({"..\\evil": "x"}),
    "on a drive": docx({"c:evil": "x"}),
    "a name twice": docx({DOCUMENT.upper(): document()}),
    "its text is another": docx({ROOT: relationships(("officeDocument", "word/other.xml", "Internal"))}),
    "other types": docx({TYPES: content_types().replace("/content-types", "/other")}),
    "no relationships": docx({ROOT: None}),
    "other relationships": docx({LINKS: '<Relationships xmlns="urn:x"/>'}),
    "packed otherwise": docx(method=zipfile.ZIP_BZIP2),
    "another name in the entry": docx().replace(b"word/document.xml", b"word/dokument.xml", 1),
    "another sum in front of an entry": docx()[:14] + b"\1\2\3\4" + docx()[18:],
    "another size in the list": docx_with_deflated(DEFLATED, 2, zlib.crc32(b"ab")),
    "something behind in an entry": docx_with_deflated(DEFLATED + HTML, 3, zlib.crc32(b"abc")),
    "without an end in an entry": docx_with_deflated(DEFLATED[:-1], 3, zlib.crc32(b"abc")),
    "changed": docx_with_deflated(DEFLATED, 3, 1),
}
LOCKED = {
    "by a password": locked_pdf("secret"),
    "against changes": locked_pdf(""),
    "entry by entry": locked_docx(),
}
BAD = {
    "type": OTHER_KINDS, "acts": ACTIVE_PDFS,
    "carries": CARRYING_PDFS | {f"letter: {name}": data for name, data in CARRYING_LETTERS.items()},
    "damaged": DAMAGED_PDFS | DAMAGED_PICTURES | {f"letter: {name}": data for name, data in DAMAGED_LETTERS.items()}, "more": TWO_IN_ONE,
    "fetches": FETCHING_LETTERS, "macros": LETTERS_WITH_MACROS, "locked": LOCKED, "empty": {"": b""}, "animated": {"": moving_png()},
    "pixels": {"PNG": png_of(50_001, 1000),
    "JPEG": jpeg_of(65_000, 65_000),
    "PNG of no height to speak of": png_of(2**31 - 1, 1)},
    "pages": {"they are": pdf().replace(b"/Kids[3 0 R]", b"/Kids[" + b"3 0 R " * 501 + b"]"),
    "it says": pdf().replace(b"/Count 1", b"/Count 9999")},
}


@pytest.mark.parametrize(("reason", "name"), [(reason, name) for reason, files in BAD.items() for name in files])
def test_what_does_harm_is_not_accepted(here, reason, name):
    """Each with the sentence that says why, whatever it was called: no name is asked for."""
    assert reason_against(BAD[reason][name]) == reason


#: What phones and others put behind a photo.
BEHIND = {"another picture": picture("JPEG"), "a film": b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40, "their own": b"SEFH" + bytes(99) + b"SEFT", "zeros": bytes(9), "script": PHP}


@pytest.mark.parametrize("what", BEHIND)
def test_what_a_phone_puts_behind_a_photo_is_cut_off(what):
    """The photo is whole without it, and is taken: people photograph signed letters. The length is that of the picture."""
    photo = picture("JPEG")
    accepted = judge(photo + BEHIND[what])
    assert (accepted.extension, accepted.length) == ("jpg", len(photo)) and judge(photo).length is None
    Image.open(io.BytesIO((photo + BEHIND[what])[:accepted.length])).load()


def test_two_in_one_are_two():
    """Each is what it begins as, and a ZIP to a program that looks for one."""
    for name in ("PNG and ZIP", "ZIP in a PNG", "JPEG and ZIP", "ZIP in a JPEG", "ZIP in a PDF"):
        assert zipfile.ZipFile(io.BytesIO(TWO_IN_ONE[name])).namelist() == ["evil.class"]
        if "PDF" not in name:
            Image.open(io.BytesIO(TWO_IN_ONE[name])).load()


@pytest.mark.parametrize("name", ["linked", "picture", "photo", "letter"])
def test_a_file_cut_off_anywhere_is_not_accepted(here, name):
    """After each byte but its last ones, where those are a PDF's blanks."""
    whole = GOOD[name]().rstrip(b"\n")
    assert reason_against(whole) is None
    assert {reason_against(whole[:length]) for length in range(len(whole))} <= {"empty", "type", "damaged", "more"}


def test_the_largest_file_and_one_byte_more(here):
    """Ten megabytes are taken, the next one is not looked at."""
    comment = b"%" * (MOST_BYTES - len(pdf()) - 1) + b"\n"
    largest = pdf().replace(b"trailer", comment + b"trailer")
    assert len(largest) == MOST_BYTES
    assert reason_against(largest) is None and reason_against(largest + b"\n") == "size"


def test_nothing_is_fetched():
    """Neither what is refused for it nor a link that is accepted makes anybody ask for an address."""
    with listening() as (address, asked):
        elsewhere = [(kind, f"{address}/{kind}", "External") for kind in ("attachedTemplate", "image", "frame")]
        letter = word('<w:attachedTemplate r:id="r0"/>', elsewhere)
        links = word('<w:hyperlink r:id="r0"/>', (("hyperlink", f"{address}/link", "External"),))
        pdfs = (pdf_action(action % address.encode()) for action in (b"GoToR/F<</FS/URL/F(%b/file)>>", b"URI/URI(%b/link)"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert list(pool.map(reason_against, (letter, links, *pdfs))) == ["fetches", None, "acts", None]
    assert asked == set()


# ---- within bounds ---------------------------------------------------------------------------------------------------

PACKED = b"\x78\x9c" + zeros(600)
BOMBS = {
    "PDF": lambda: pdf(objects={10: stream(PACKED, b"/Filter/FlateDecode")}),
    "PDF, packed twice": lambda: pdf(objects={10: stream(zlib.compress(b"\x78\x9c" + zeros(6_000)), b"/Filter[/FlateDecode/FlateDecode]")}),
    "PDF of many": lambda: pdf(objects={10 + number: stream(b"\x78\x9c" + zeros(100), b"/Filter 9 0 R") for number in range(6)}),
    "PDF with objects": lambda: pdf(objects={10: stream(PACKED, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")}),
    "letter that says so": lambda: docx_with_deflated(zeros(300), 300_000_000),
    "letter that does not": lambda: docx_with_deflated(zeros(300), 30),
    "letter with XML": lambda: docx_with_deflated(zeros(300, b"<x>", b" "), 30, name="word/x.xml"),
    "letter with a ZIP of ZIPs": lambda: docx_with_deflated(zeros(300), 300_000_000, name="word/media/lib.zip"),
    "letter of many": lambda: zipped([(TYPES, content_types()), (DOCUMENT, document()), *((str(number), "") for number in range(2000))]),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_ended(name):
    """Small files that unpack to hundreds of megabytes: each is given up at its bound, before its time is over."""
    bomb = BOMBS[name]()
    assert len(bomb) < 1_500_000
    assert reason_against(bomb) == "bomb"


def test_what_takes_too_much_memory_is_ended():
    """A photo of fifty megapixels, where there is room for fewer."""
    assert reason_against(picture("JPEG", (9000, 5500)), replace(PATIENT, megabytes=160)) == "bomb"


def test_endless_files_are_ended_and_one_too_many_is_told_to_wait():
    """Each of AT_ONCE places is held until its time is over; whoever comes then is not kept. An answer comes within ten seconds."""
    assert LIMITS.turn + LIMITS.seconds < 10
    endless = endless_jpeg()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looked_at = [pool.submit(reason_against, endless, replace(PATIENT, seconds=3)) for _ in range(AT_ONCE)]
        while len(children("views.upload_inspector")) < AT_ONCE:
            assert not any(each.done() for each in looked_at)
        assert reason_against(pdf(), replace(PATIENT, turn=0.01)) == "busy"
        assert [each.result() for each in looked_at] == ["slow"] * AT_ONCE
    assert children("views.upload_inspector") == []
    assert reason_against(pdf()) is None


def test_a_crash_and_a_child_that_was_taken_over(monkeypatch, caplog):
    """A child without memory ends before it can say why; one that says what it likes is not believed. Both are for somebody to see to."""
    caplog.set_level("INFO", "keywork")
    assert reason_against(pdf(objects={10: stream(bytes(5_000_000))}), replace(PATIENT, megabytes=1)) == "crash"
    for status, answer in ((0, b"Accepted"), (0, b"\xff"), (0, b""), (1, FINE.encode()), (-11, b"")):
        monkeypatch.setattr(upload_check, "_inspectors", type("TakenOver", (), {"run": lambda *_, told=(status, answer): told}))
        assert reason_against(pdf()) == "crash"
    assert [(record.levelname, record.keywork_fields) for record in caplog.records] == [("ERROR", {"reason": "crash"})] * 6


def test_every_reason_is_tried_here_and_has_a_sentence():
    """Those that stand in the code are those with a sentence, and those of the files above and the bounds."""
    code = "".join(path.read_text() for path in (FOLDER / "views").glob("upload_*.py"))
    told = set(re.findall(r'Refused\("([a-z]+)"\)|return "([a-z]+)"', code))
    reasons = {reason for pair in told for reason in pair if reason} | {
        *upload_pdf.NAMES.values(), *upload_docx.KINDS.values(), *upload_docx.ELEMENTS.values()}
    assert reasons | {"crash"} == set(SENTENCES) == set(BAD) | {"size", "bomb", "slow", "busy", "crash"}
    for sentence in SENTENCES.values():
        assert re.fullmatch(r"[A-Z][^!]+\.", sentence) and "Please" in sentence
