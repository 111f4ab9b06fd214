"""What the HTML of an e-mail may hold, as data with the reason, and a reading of it that names whatever breaks this.

What mail programs support is that of caniemail.com (June 2026), for Outlook on Windows 2007 to 2021 (which renders with Word), Outlook.com,
Gmail with and without a Google account, and Apple Mail.
"""

import re
from html.parser import HTMLParser

VOID = {"meta", "br"}
BLOCKS = {"p", "h1", "h2", "h3", "li", "title"}

#: Elements, and the attributes that each may have.
ELEMENTS = {
    "html": {"lang"}, "head": set(), "title": set(), "style": set(), "body": {"style"},
    "meta": {"charset", "name", "content"},
    # Layout: the one thing that Word lays out as browsers do. <div> takes neither padding nor width there, <section> and the like are stripped.
    "table": {"role", "width", "cellpadding", "cellspacing", "border", "bgcolor", "style"}, "tr": set(),
    "td": {"class", "align", "bgcolor", "height", "style"},
    # Words. No id: links to a place within the e-mail do nothing in Gmail and Outlook on phones. No <blockquote>: webmail folds it away.
    "h1": {"style"}, "h2": {"style"}, "h3": {"style"}, "p": {"style"}, "ol": {"style"}, "li": {"style"}, "b": set(), "br": set(), "a": {"href", "style"},
}

LENGTH = r"(?:0|\d{1,3}px)"
LENGTHS = rf"{LENGTH}(?: {LENGTH}){{0,3}}"
COLOUR = r"#[0-9a-f]{6}"
ANYWHERE = frozenset(ELEMENTS)
#: Properties of inlined styles: on which elements, with which values, and why so.
PROPERTIES = {
    "margin": (ANYWHERE, LENGTHS, "everywhere, but not negative nor auto (Gmail, Outlook)"),
    "padding": (frozenset({"td", "body", "ol"}), LENGTHS, "in Outlook in cells alone; on body and ol it is set to nothing"),
    "border": (frozenset({"td"}), rf"[1-8]px solid {COLOUR}", "in Outlook at most 8 px, and unreliable outside cells"),
    "border-radius": (frozenset({"td"}), LENGTH, "Outlook on Windows draws corners, nothing is lost"),
    "background-color": (frozenset({"td", "table", "body"}), COLOUR, "everywhere; Outlook fills margins of paragraphs too"),
    "color": (ANYWHERE, COLOUR, "everywhere; rgb() and names other than the first 16 are not"),
    "font-family": (frozenset({"td"}), r"[A-Za-z, -]+,sans-serif", "everywhere; quotes would end the attribute"),
    "font-size": (ANYWHERE, r"\d{1,2}px", "everywhere in px; rem is not (Outlook)"),
    "font-weight": (ANYWHERE, "bold", "everywhere"),
    "line-height": (ANYWHERE, r"[12](?:\.\d{1,2})?", "everywhere as a factor; Outlook misreads px and em"),
    "height": (frozenset({"td"}), LENGTH, "everywhere on cells"),
    "max-width": (frozenset({"table"}), "560px", "Outlook on Windows does not know it: a table of fixed width, for Outlook alone, stands around it"),
    "word-break": (frozenset({"td"}), "break-word", "a long word must not widen a phone's screen; Outlook breaks by itself"),
}
#: In each of these a value of its own must stand: programs have margins of their own, and Word forgets the font at the edge of a table.
REQUIRED = {"p": ("margin",), "h1": ("margin", "font-size", "color"), "h2": ("margin", "font-size", "color"), "h3": ("margin", "font-size", "color"), "ol": ("margin",),
            "li": ("margin",), "a": ("color",)}
OF_CELLS_WITH_WORDS = ("font-family", "font-size", "line-height", "color")
OF_TABLES = {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
#: The one comment: what only Word reads.
FOR_WORD = re.compile(r"\[if mso\]>(.*)<!\[endif\]", re.DOTALL)
#: The narrowest window that Outlook on Windows is given here (600), less the margins around.
CONTRAST, WIDEST = 4.5, 576


def findings(html: str, links_begin: str) -> list[str]:
    """What breaks a rule, each as 'rule: where'. Links may only go to addresses that begin as given."""
    reading = _Reading(links_begin)
    reading.read(html)
    # Once more as Word reads it, with what stands in its comments.
    word = _Reading(links_begin)
    word.read(re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", html))
    return reading.found + [f"for Word, {each}" for each in word.found if each not in reading.found]


def blocks(html: str) -> list[str]:
    """What is read, paragraph by paragraph, each on one line; the title first."""
    reading = _Reading("")
    reading.read(html)
    return reading.blocks


def links(html: str) -> list[str]:
    """Where the links go."""
    reading = _Reading("")
    reading.read(html)
    return reading.links


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Reading(HTMLParser):
    """Reads strictly: each element closed where it must be, each sign that could be markup written as an entity."""

    def __init__(self, links_begin: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.blocks: list[str] = []
        self.links: list[str] = []
        self._links_begin = links_begin
        self._open: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] | None = None
        self._headings: list[int] = []

    def read(self, html: str) -> None:
        """Reads a whole page."""
        self.feed(html)
        self.close()
        self._must("closed", not self._open, str([name for name, _ in self._open]))
        self._must("title", bool(self.blocks and self.blocks[0]), "the title is empty")
        self._must("headings", self._headings[:1] == [1] and self._headings.count(1) == 1
                   and all(b <= a + 1 for a, b in zip(self._headings, self._headings[1:], strict=False)), str(self._headings))

    def handle_decl(self, decl: str) -> None:
        """The doctype, and nothing before it."""
        self._must("doctype", decl == "doctype html" and self.getpos() == (1, 0), decl)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        self._must("attributes", len(given) == len(attrs) and set(given) <= ELEMENTS.get(tag, set()), f"{tag} {attrs}")
        self._must("elements", tag in ELEMENTS, tag)
        style = self._style(tag, given.get("style", ""))
        if tag == "html":
            self._must("language", given.get("lang") == "en-GB", str(given))
        if tag == "table":
            self._must("tables", OF_TABLES.items() <= given.items(), str(given))
            width = given.get("width", "")
            self._must("width", width == "100%" or width.isdecimal() and int(width) <= WIDEST, width)
        if "background-color" in style and tag != "body":
            self._must("bgcolor", given.get("bgcolor") == style["background-color"], f"{tag} {given}")
        if tag == "a":
            self.links.append(given.get("href", ""))
            self._must("links", given.get("href", "").startswith(self._links_begin), str(given))
        if tag in ("h1", "h2", "h3"):
            self._headings.append(int(tag[1]))
        if tag in BLOCKS:
            self._must("nesting", self._words is None, tag)
            self._words = []
        if tag == "br" and self._words is not None:
            self._words.append("\n")
        if tag not in VOID:
            self._open.append((tag, style))

    def handle_endtag(self, tag: str) -> None:
        """An element ends: the one that began last."""
        if not self._open or self._open[-1][0] != tag:
            self._must("closed", False, f"</{tag}> at {self.getpos()}")
            return
        self._open.pop()
        if tag in BLOCKS and self._words is not None:
            self.blocks.append(" ".join("".join(self._words).split()))
            self._words = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """<p/> is no way to close one."""
        self._must("closed", False, f"<{tag}/>")

    def handle_data(self, data: str) -> None:
        """Words, or the style block."""
        if self._open and self._open[-1][0] == "style":
            # All of it within a media query: nothing may depend on it.
            self._must("style block", re.fullmatch(r"\s*@media \([a-z-]+: ?[a-z]+\) \{(?:\s*[a-z0-9., ]+\{[^{}]*\})+\s*\}\s*", data) is not None, data)
            self._must("style block", not re.search(r"url|@import|position|display|float", data), data)
            return
        self._must("escaped", not re.search("[<>&]", data), data)
        self._word(data)

    def handle_entityref(self, name: str) -> None:
        """A sign by its name."""
        self._must("escaped", name in ("amp", "lt", "gt", "nbsp"), name)
        self._word(self.unescape_one(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        """A sign by its number: quotes."""
        self._must("escaped", name in ("34", "39"), name)
        self._word(self.unescape_one(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        """What only Word reads; nothing else, for comments of ours are nobody's business."""
        self._must("comments", FOR_WORD.fullmatch(data) is not None, data)

    def unknown_decl(self, data: str) -> None:
        """<![ of any kind is a half of a comment for Word."""
        self._must("comments", False, data)

    @staticmethod
    def unescape_one(reference: str) -> str:
        """The sign that one of the few allowed references stands for."""
        return {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\xa0", "&#34;": '"', "&#39;": "'"}.get(reference, reference)

    def _style(self, tag: str, given: str) -> dict[str, str]:
        # One by one: of a property that is given twice, programs do not agree which counts.
        each = [part.partition(":")[::2] for part in given.split(";") if part]
        style = dict(each)
        for name, value in each:
            where, values, _ = PROPERTIES.get(name, (frozenset(), "", ""))
            self._must("properties", tag in where and re.fullmatch(values, value) is not None, f"{tag} {name}:{value}")
        self._must("required", all(name in style for name in REQUIRED.get(tag, ())), f"{tag} {given}")
        return style

    def _word(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)
        if not data.strip() or any(name == "head" for name, _ in self._open):
            return
        cell = next((style for name, style in reversed(self._open) if name == "td"), {})
        self._must("font", all(name in cell for name in OF_CELLS_WITH_WORDS), f"{data.strip()[:30]} in a cell of {cell}")
        self._must("blocks", self._words is not None, data.strip()[:30])
        colour, ground = (next((style[name] for _, style in reversed(self._open) if name in style), "") for name in ("color", "background-color"))
        readable = bool(re.fullmatch(COLOUR, colour) and re.fullmatch(COLOUR, ground)) and contrast(colour, ground) >= CONTRAST
        self._must("contrast", readable, f"{colour} on {ground}: {data.strip()[:30]}")

    def _must(self, rule: str, holds: bool, where: str) -> None:
        if not holds:
            self.found.append(f"{rule}: {where}")
