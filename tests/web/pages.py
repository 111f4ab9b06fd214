"""What a page says to a person, read with the standard library's parser: text, forms with their values, errors by their fields."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSAID = {"script", "style", "title"}


@dataclass
class Control:
    """One field of a form: the value it carries, and the element ids that describe it."""

    name: str
    kind: str
    value: str | bool | list[str] = ""
    invalid: bool = False
    described_by: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """One <form>: where it goes, and its controls by name."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)

    def values(self) -> dict[str, object]:
        """What the form would send now, by name, without the CSRF token and its own id."""
        return {name: each.value for name, each in self.controls.items() if name not in ("csrf_token", "id")}


class Page(HTMLParser):
    """A parsed page: `.text`, `.forms`, `.tags` (every element with its attributes), `.ids` (text by element id)."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[PageForm] = []
        self.ids: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self._words: list[str] = []
        self._form: PageForm | None = None
        self._textarea: Control | None = None
        self._select: Control | None = None
        self._fieldset: dict[str, str] = {}
        self.feed(markup)
        self.close()

    @property
    def text(self) -> str:
        """Everything a person can read, blanks made one."""
        return " ".join(" ".join(self._words).split())

    def form_with(self, *names: str) -> PageForm:
        """The form that has all these fields; fails the test where there is none."""
        found = [form for form in self.forms if all(name in form.controls for name in names)]
        assert found, f"no form with {names}; forms have {[list(form.controls) for form in self.forms]}"
        return found[0]

    def error_of(self, control: Control) -> str:
        """The sentences that describe a control, hints among them."""
        return " ".join(self.ids.get(each, "").strip() for each in control.described_by)

    @property
    def alerts(self) -> str:
        """What the summary above a refused form says."""
        return self._alert_text

    _alert_text = ""

    def handle_starttag(self, tag, attrs):
        """One element begins."""
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in VOID:
            alert = "alert" if attributes.get("role") == "alert" else None
            self._open.append((tag, attributes.get("id")))
            self._open_alerts.append(alert)
        if tag == "form":
            self._form = PageForm(attributes.get("action", ""), attributes.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "fieldset":
            self._fieldset = attributes
        elif self._form is not None:
            self._control(tag, attributes)

    def _control(self, tag, attributes):
        name = attributes.get("name", "")
        described = (attributes.get("aria-describedby") or "").split()
        made = Control(name, tag, invalid=attributes.get("aria-invalid") == "true", described_by=described)
        if tag == "input":
            made.kind = attributes.get("type", "text")
            if made.kind == "radio":
                made = self._form.controls.setdefault(name, made)
                made.described_by = (self._fieldset.get("aria-describedby") or "").split()
                made.invalid = "has-error" in self._fieldset.get("class", "").split()
                made.choices.append(attributes.get("value", ""))
                if "checked" in attributes:
                    made.value = attributes.get("value", "")
            elif made.kind == "checkbox" and attributes.get("value", "y") == "y":
                made.value = "checked" in attributes
                self._form.controls[name] = made
            elif made.kind == "checkbox":
                # Boxes of one name: what is ticked, each by what it stands for.
                made = self._form.controls.setdefault(name, made)
                made.value = made.value or []
                made.described_by = (self._fieldset.get("aria-describedby") or "").split()
                made.invalid = "has-error" in self._fieldset.get("class", "").split()
                made.choices.append(attributes.get("value", ""))
                if "checked" in attributes:
                    made.value = [*made.value, attributes.get("value", "")]
            elif name:
                made.value = attributes.get("value", "")
                self._form.controls[name] = made
        elif tag in ("textarea", "select"):
            self._form.controls[name] = made
            if tag == "textarea":
                self._textarea = made
            else:
                self._select = made
        elif tag == "option" and self._select is not None:
            self._select.choices.append(attributes.get("value", ""))
            if "selected" in attributes or len(self._select.choices) == 1:
                self._select.value = attributes.get("value", "")

    def handle_endtag(self, tag):
        """One element ends; what was left open inside it ends too."""
        while self._open:
            last, _ = self._open.pop()
            self._open_alerts.pop()
            if last == tag:
                break
        if tag == "form":
            self._form = None
        elif tag == "fieldset":
            self._fieldset = {}
        elif tag == "textarea" and self._textarea is not None:
            # A browser drops the line end right after the tag, and WTForms writes one.
            self._textarea.value = self._textarea.value.replace("\r\n", "\n").removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        """Text between tags."""
        if self._textarea is not None:
            self._textarea.value += data
            return
        if self._open and self._open[-1][0] in UNSAID:
            return
        self._words.append(data)
        for _, its_id in self._open:
            if its_id:
                self.ids[its_id] = self.ids.get(its_id, "") + data
        if "alert" in self._open_alerts:
            self._alert_text += data

    def reset(self):
        """Begins anew (called by the parser itself)."""
        super().reset()
        self._open_alerts: list[str | None] = []
