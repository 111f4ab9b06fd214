"""The digest as an e-mail: each twin tells all that it should and nothing else, whatever people wrote; and mail programs can show it."""

import email
import email.policy
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.couriers import EmlFolder
from jobs.digest_mail import MOST_BYTES_SHOWN, WIDTH, Digest, Part, as_html, as_message, as_text, subject
from tests.demo_digests import BASE_URL, MONTH, closed, demo_digest
from tests.mail import letters
from tests.mail_lint import blocks, contrast, findings, links

SENT_FROM = "keywork@example.org"
LINKS = f"{BASE_URL}/support/cases/"
RULE = "-" * 72
KINDS = {"appointment": "Appointment", "key_work_meeting": "Key-work meeting", "accompaniment": "Accompaniment", "home_visit": "Home visit", "phone_call": "Phone call",
         "group_session": "Group session"}
STATES = {"delivered": "delivered", "scheduled": "scheduled, no outcome recorded yet"}
#: Signs that end a line, and signs that turn or hide what follows.
LINE_ENDS, TURNS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


# What must stand there, written from the content by other code than that of jobs/digest_mail.py.


def line(words: str) -> str:
    """Words as one line, single spaced."""
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" or sign in LINE_ENDS + TURNS else sign for sign in words).split())


def paragraphs_of(body: str) -> list[str]:
    """Each paragraph of what somebody wrote, as one line."""
    text = "".join("\n" if sign in LINE_ENDS else "" if sign != "\t" and unicodedata.category(sign) == "Cc" or sign in TURNS else sign for sign in body.replace("\r\n", "\n"))
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def in_london(at: str) -> datetime:
    """A moment of the content."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/London"))


def short(moment: date) -> str:
    """12 Oct 2026."""
    return f"{moment.day} {moment.strftime('%b %Y')}"


def number(things: list, noun: str) -> str:
    """1 session, no sessions."""
    return f"{len(things) or 'no'} {noun}{'' if len(things) == 1 else 's'}"


def told(digest: Digest, *, plain: bool) -> list[str]:
    """Every paragraph that a twin must consist of, in its order."""
    firm, month, several = line(digest.organisation), digest.period.strftime("%B %Y"), len(digest.parts) > 1
    said = [] if plain else [f"{firm}: support digest for {month}"]
    said += [firm, f"Support digest for {month}", "Confidential: for you alone. Please do not forward it.", f"Hello {line(digest.officer_name)},",
             f"This is what {month} brought for {number(digest.parts, 'tenant')} of {firm} whose support you take part in as a housing officer: their active goals with the latest progress, "
             f"the sessions of the month, and its Shared notes where {firm} shows them to housing officers.",
             "Nothing here needs an answer. The link under each tenant opens the case in Keywork, where you find the rest."]
    if several:
        said.append("In this digest" + ":" * plain)
        for place, part in enumerate(digest.parts, 1):
            it = part.content
            said.append(f"{place}. " * plain + f"{line(it['tenant'])}: {number(it['goals'], 'goal')}, {number(it['sessions'], 'session')}{'' if it['all_sessions_are_shown'] else ' of yours'}, "
                        + (number(it["notes"], "note") if it["notes_are_shown"] else "notes not shown") + ", case closed" * bool(it["closed_at"]))
    for place, part in enumerate(digest.parts, 1):
        said += told_of(part, firm, month, f"{place} of {len(digest.parts)}" if several else "", plain=plain)
    said += [RULE] * plain + ["About this e-mail"] + [RULE] * plain + [
        "It is confidential: it tells about people who receive support. It must not be forwarded, nor shown to anybody else; please delete it when you no longer need it. "
        "Write about a tenant in Keywork, never in an answer to this e-mail.",
        f"You get this because {firm} lists your address, {digest.address}, for its monthly digest, and you are on the support team of each of these tenants. It ends when either does. "
        f"If it should not come to you, ask {firm}.",
        "It tells what you may see in Keywork and no more, as it stood when this was sent."]
    return said


def told_of(part: Part, firm: str, month: str, place: str, *, plain: bool) -> list[str]:
    """What a twin says of one tenant."""
    it, star = part.content, "* " * plain
    name = line(it["tenant"])
    said = [RULE, f"{place}: {name}" if place else name, RULE] if plain else [place] * bool(place) + [name]
    said += [f"This case was closed on {short(in_london(it['closed_at']))}."] if it["closed_at"] else []
    said.append("Active goals")
    for goal in it["goals"]:
        said += [star + line(goal["title"]), f"Target date {short(date.fromisoformat(goal['target_date']))}" if goal["target_date"] else "No target date"]
        if goal["progress"]:
            said.append(f"Latest progress, {line(goal['progress']['author'])}, {short(in_london(goal['progress']['at']))}:")
        said += paragraphs_of(goal["progress"]["body"]) if goal["progress"] else ["No progress noted yet."]
    said += [] if it["goals"] else ["None."]
    said.append("Sessions")
    for session in it["sessions"]:
        begins, lasts = in_london(session["at"]), session["minutes"]
        ends = in_london((datetime.fromisoformat(session["at"]) + timedelta(minutes=lasts)).isoformat())
        length = " ".join([f"{lasts // 60} h"] * (lasts >= 60) + [f"{lasts % 60} min"] * bool(lasts % 60))
        said.append(f"{star}{begins:%a} {begins.day} {begins:%b}, {begins:%H:%M} to {ends:%H:%M} {KINDS[session['type']]}, {length}, {STATES[session['status']]}")
    said += [] if it["sessions"] else [f"None to show for {month}." if it["all_sessions_are_shown"] else f"None that you recorded in {month}."]
    said += [] if it["all_sessions_are_shown"] else ["You take part in this support for context, so sessions that others recorded are not shown to you."]
    said.append("Shared notes")
    for note in it["notes"] if it["notes_are_shown"] else []:
        said += [f"{star}{line(note['author'])}, {short(in_london(note['at']))}:", *paragraphs_of(note["body"])]
    if not it["notes_are_shown"]:
        said.append(f"{firm} does not show notes about {name} to housing officers.")
    elif not it["notes"]:
        said.append(f"None in {month}.")
    return said + ([f"Open the case in Keywork: {LINKS}{part.case_id}"] if plain else [f"Open the case of {name} in Keywork"])


def assert_told(digest: Digest) -> None:
    """Both twins consist of what they must, the plain one within its width."""
    html, text = as_html(digest, BASE_URL), as_text(digest, BASE_URL)
    assert blocks(html) == told(digest, plain=False)
    assert links(html) == [LINKS + part.case_id for part in digest.parts]
    assert text.split() == " ".join(told(digest, plain=True)).split()
    for each in text.split("\n"):
        assert len(each) <= WIDTH or len(each.split()) <= 2, each


# Realistic months, and what becomes of them.


def test_a_month_of_the_demo_holds_every_kind_of_thing():
    """So that what the next tests see in it is there to be seen."""
    contents = [part.content for part in demo_digest(12, hidden=(1,)).parts]
    assert len(contents) == 12 and not contents[1]["notes_are_shown"]
    assert any(each["sessions"] for each in contents) and any(each["goals"] and not each["sessions"] for each in contents)
    assert any(goal["progress"] for each in contents for goal in each["goals"]) and any("\n\n" in note["body"] for each in contents for note in each["notes"])


@pytest.mark.parametrize("tenants", [1, 2, 12])
def test_both_twins_tell_everything_and_nothing_else(tenants):
    """Paragraph by paragraph, as the content has it."""
    assert_told(demo_digest(tenants))
    assert_told(closed(demo_digest(tenants, hidden=(0,)), 0))


def test_what_content_should_not_hold_is_not_told():
    """Outcomes, attendees, ids and whatever else a later content may bring stay out of both twins; notes too where they are not shown."""
    digest = demo_digest(3, hidden=(0, 1, 2))
    for part in digest.parts:
        content = part.content | {"context_summary": "CANARY", "professional": [{"body": "CANARY"}], "notes": [{"id": "CANARY", "body": "CANARY", "author": "CANARY", "at": "2026-10-02T10:00:00+00:00"}]}
        content["sessions"] = [{"id": "CANARY", "at": "2026-10-02T10:00:00+00:00", "minutes": 30, "type": "phone_call", "status": "delivered", "outcome_note": "CANARY", "attendees": "CANARY"}]
        one = replace(digest, parts=(Part(part.case_id, content),))
        assert "CANARY" not in as_html(one, BASE_URL) + as_text(one, BASE_URL)
        content["tenant"] = "CANARY"
        assert all("CANARY" in twin for twin in (as_html(one, BASE_URL), as_text(one, BASE_URL)))


def test_neither_subject_nor_first_lines_name_a_tenant():
    """A list of e-mails and a locked phone show both."""
    digest = demo_digest(30)
    assert subject(digest) == "Harbour Homes: support digest for October 2026"
    for twin in (" ".join(blocks(as_html(digest, BASE_URL))[1:]), " ".join(as_text(digest, BASE_URL).split())):
        first = min(twin.index(part.content["tenant"]) for part in digest.parts)
        assert first > 400


def test_times_are_those_of_london():
    """Summer time ends on 25 October 2026; a session goes over midnight; a note late on the last evening in UTC is of the next month's first day in London."""
    content = demo_digest(1).parts[0].content | {
        "closed_at": "2026-09-30T23:10:00+00:00",
        "sessions": [{"at": at, "minutes": lasts, "type": "phone_call", "status": "delivered"}
                     for at, lasts in (("2026-10-24T22:30:00+00:00", 60), ("2026-10-25T00:30:00+00:00", 60), ("2026-10-25T14:00:00.250000+00:00", 5))]}
    digest = Digest("Harbour Homes", "Olu", "olu@example.org", MONTH, (Part("c", content),))
    for twin in (" ".join(blocks(as_html(digest, BASE_URL))), as_text(digest, BASE_URL)):
        for said in ("closed on 1 Oct 2026", "Sat 24 Oct, 23:30 to 00:30", "Sun 25 Oct, 01:30 to 01:30", "Sun 25 Oct, 14:00 to 14:05"):
            assert said in twin


def test_a_normal_digest_is_shown_whole_by_gmail_and_a_long_one_says_so():
    """30 tenants of the demo fit; of 60 nothing is cut, and the reader is told where the rest is."""
    normal, long = as_html(demo_digest(30), BASE_URL), as_html(demo_digest(60), BASE_URL)
    notice = 'This digest is long. Where your mail program ends it with "Message clipped", choose "View entire message" to read the rest.'
    assert len(normal.encode()) <= MOST_BYTES_SHOWN < 102 * 1024 and notice not in blocks(normal)
    assert len(long.encode()) > MOST_BYTES_SHOWN and notice in blocks(long)[:8]
    assert [each for each in blocks(long) if each != notice] == told(demo_digest(60), plain=False)


def test_the_longest_note_is_told_whole():
    """20,000 characters: nothing is cut in either twin."""
    digest = demo_digest(1)
    digest = replace(digest, parts=(Part("c", digest.parts[0].content | {"notes": [{"body": ("word " * 3999 + "\n\nthe end")[:20000], "author": "Sam", "at": "2026-10-02T10:00:00+00:00"}]}),))
    assert_told(digest)


# The e-mail around the twins.


def twins_of(message) -> tuple[str, ...]:
    """Both twins of a message that was read from bytes, with our ends of lines."""
    return tuple(message.get_body((twin,)).get_content().replace("\r\n", "\n") for twin in ("plain", "html"))


def test_the_message_carries_both_twins(tmp_path):
    """From the organisation, to the officer, in a subject without tenants; read back from the file that the courier wrote."""
    digest = demo_digest(3)
    EmlFolder(tmp_path).deliver(as_message(digest, SENT_FROM, BASE_URL))
    [message] = letters(tmp_path)
    assert str(message["From"]) == '"Harbour Homes (Keywork)" <keywork@example.org>' and str(message["To"]) == "Olu Adeyemi <olu.adeyemi@council.example>"
    assert message["Subject"] == subject(digest) and message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative" and [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert twins_of(message) == (as_text(digest, BASE_URL), as_html(digest, BASE_URL))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", *LINE_ENDS[2:], "\x00", *TURNS], ids=ascii)
def test_a_name_adds_no_header_and_no_line(end):
    """Line ends and signs that turn the direction, in every name: one line each, and no other header."""
    name = f"Nia{end}Bcc: evil@evil.example{end}{end}2 of 2: Somebody else"
    content = demo_digest(1).parts[0].content
    by = {"author": name, "at": "2026-10-02T10:00:00+00:00", "body": "Well."}
    content = content | {"tenant": name, "goals": [{"title": name, "target_date": None, "progress": by}], "notes": [by]}
    digest = Digest(name, name, "nia@example.org", MONTH, (Part("c", content), Part("d", content)))
    message = email.message_from_bytes(as_message(digest, SENT_FROM, BASE_URL).as_bytes(policy=email.policy.SMTP), policy=email.policy.default)
    assert sorted(message.keys()) == sorted(as_message(demo_digest(1), SENT_FROM, BASE_URL).keys()) and message["Bcc"] is None
    assert [each.addr_spec for each in message["To"].addresses] == ["nia@example.org"] and end not in message["Subject"]
    said = as_text(digest, BASE_URL)
    assert not re.search(r"^\s*(Bcc|2 of 2: Somebody)", said, re.MULTILINE) and "\n2 of 2: Nia Bcc: evil@evil.example 2 of 2: Somebody else\n" in said
    assert_told(digest)


#: Would be markup, or a template's, or end an attribute.
HOSTILE = "<img src=x onerror=alert(1)>\"'</td></table><script>alert(2)</script> & &amp; {{ 7*7 }} {% raw %} <!--[if mso]> ]]> javascript:"


def test_markup_is_text_in_every_field():
    """Threat 57b: escaped in the HTML, as typed in the plain text."""
    by = {"author": HOSTILE, "at": "2026-10-02T10:00:00+00:00", "body": HOSTILE + "\n" + HOSTILE + "\n\n" + HOSTILE}
    content = {"tenant": HOSTILE, "closed_at": None, "notes_are_shown": True, "all_sessions_are_shown": False, "goals": [{"title": HOSTILE, "target_date": None, "progress": by}], "sessions": [], "notes": [by]}
    digest = Digest(HOSTILE, HOSTILE, "nia@example.org", MONTH, (Part("c", content), Part("d", content | {"notes_are_shown": False})))
    html = as_html(digest, BASE_URL)
    assert findings(html, LINKS) == [] and "<img" not in html and "<script" not in html
    assert_told(digest)


#: A note that would pass for the end of its case and another tenant's beginning.
FORGED = f"Done.\n\n{RULE}\n2 of 2: Somebody else\n{RULE}\n\nActive goals\n\n* Leave the flat\n  Target date 1 Nov 2026\n\nOpen the case in Keywork:\nhttps://evil.example"


def with_body(digest: Digest, body: str) -> Digest:
    """A digest of one case with one goal's progress and one note, both in these words."""
    by = {"author": "Sam", "at": "2026-10-02T10:00:00+00:00", "body": body}
    return replace(digest, parts=(Part("c", digest.parts[0].content | {"goals": [{"title": "Pay", "target_date": None, "progress": by}], "notes": [by]}),))


def test_no_line_that_somebody_wrote_passes_for_one_of_ours():
    """All of it is indented: in the plain text further than any line of ours, in the HTML by a margin that only it has."""
    digest = with_body(demo_digest(1), FORGED)
    text, harmless = (as_text(each, BASE_URL).split("\n") for each in (digest, with_body(digest, "Done.")))
    assert [each for each in text if each and not each.startswith("    ")] == [each for each in harmless if each and not each.startswith("    ")]
    indented = [each.strip() for each in text if each.startswith("    ")]
    assert all(indented.count(each.strip()) == 2 * FORGED.count(each) for each in FORGED.split("\n") if each)
    html = as_html(digest, BASE_URL)
    assert re.findall(r"<([^<>]*)>[^<>]*2 of 2: Somebody else", html) and all(
        re.fullmatch(r'br|p style="margin:\dpx 0 0 16px"', tag) for tag in re.findall(r"<([^<>]*)>[^<>]*(?:2 of 2: Somebody else|https://evil)", html))


WORDS = st.text(st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), st.sampled_from("<>&\"'{}%#-*.\n\r\t" + LINE_ENDS + TURNS)), max_size=120)
NAMES = WORDS.filter(line)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2032, 12, 31), timezones=st.just(ZoneInfo("UTC"))).map(datetime.isoformat)
ENTRIES = st.fixed_dictionaries({"id": st.uuids().map(str), "body": WORDS.filter(str.strip), "author": NAMES, "at": MOMENTS})
CONTENTS = st.fixed_dictionaries({
    "tenant": NAMES, "closed_at": st.none() | MOMENTS, "notes_are_shown": st.booleans(), "all_sessions_are_shown": st.booleans(),
    "goals": st.lists(st.fixed_dictionaries({"id": st.uuids().map(str), "title": NAMES, "target_date": st.none() | st.dates(date(2000, 1, 1), date(2100, 12, 31)).map(date.isoformat),
                                             "progress": st.none() | ENTRIES}), max_size=3),
    "sessions": st.lists(st.fixed_dictionaries({"id": st.uuids().map(str), "at": MOMENTS, "minutes": st.integers(5, 720), "type": st.sampled_from(list(KINDS)),
                                                "status": st.sampled_from(list(STATES))}), max_size=3),
    "notes": st.lists(ENTRIES, max_size=3)})
DIGESTS = st.builds(Digest, NAMES, NAMES, st.just("olu@example.org"), st.dates(date(2020, 1, 1), date(2032, 12, 31)).map(lambda each: each.replace(day=1)),
                    st.lists(st.builds(Part, st.uuids().map(str), CONTENTS), min_size=1, max_size=4).map(tuple))


@given(DIGESTS)
@settings(deadline=None, max_examples=100)
def test_whatever_people_wrote(digest):
    """Everything is told and nothing else, the HTML keeps every rule, and the message comes back as it went."""
    assert_told(digest)
    assert findings(as_html(digest, BASE_URL), LINKS) == []
    message = email.message_from_bytes(as_message(digest, SENT_FROM, BASE_URL).as_bytes(policy=email.policy.SMTP), policy=email.policy.default)
    # Python folds long headers so that a blank between two encoded words may go.
    assert "".join(message["Subject"].split()) == "".join(subject(digest).split())
    assert twins_of(message) == (as_text(digest, BASE_URL), as_html(digest, BASE_URL))


# What mail programs can show.


def test_the_html_keeps_to_what_mail_programs_support():
    """Every rule of tests/mail_lint.py, for a digest of every kind."""
    for digest in (demo_digest(1), closed(demo_digest(12, hidden=(0, 3)), 2), demo_digest(60)):
        assert findings(as_html(digest, BASE_URL), LINKS) == []


#: For each rule one change of the HTML that breaks it.
PLANTED = {
    "doctype": ("<!doctype html>", "<!doctype html public>"), "language": (' lang="en-GB"', ""), "title": (r"<title>.*?</title>", "<title></title>"),
    "closed": ("</h2>", "</h3>"), "nesting": (r"(<p [^>]*>)", r"\1\1"), "elements": ("</body>", "<div></div></body>"), "attributes": ("<p ", '<p id="x" '),
    "escaped": ("Confidential", "A & B"), "comments": ("</head>", "<!-- ours --></head>"), "tables": (' role="presentation"', ""), "width": ('width="100%"', 'width="101%"'),
    "bgcolor": (' bgcolor="#ffffff"', ""), "links": (re.escape(LINKS), "https://elsewhere.example/"), "properties": ('<p style="', '<p style="float:left;'),
    "required": ('<p style="margin:0', '<p style="color:#000000'), "font": ("font-family:[^;]*;", ""), "blocks": ("<tr><td style", "<tr><td>Words</td></tr><tr><td style"),
    "contrast": ("color:#5f5a50", "color:#a5a5a5"), "headings": ("<h1 (.*?)</h1>", r"<h3 \1</h3>"), "style block": ("@media[^{]*{(?s:(.*?)})\n}", r"\1}"),
    "for Word, width": ('width="560"', 'width="600"'), "for Word, closed": (r"<!--\[if mso\]></td></tr></table><!\[endif\]-->", ""),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_each_rule_can_fail(rule):
    """One planted change, and the rule names it."""
    html = as_html(demo_digest(2, hidden=(1,)), BASE_URL)
    broken = re.sub(PLANTED[rule][0], PLANTED[rule][1], html, count=1)
    assert broken != html
    assert [each for each in findings(broken, LINKS) if each.startswith(f"{rule}: ")]


@pytest.mark.parametrize("style", ["margin:-4px", "margin:1em", "margin:0 auto", "padding:8px", "border:1px solid #000000", "background-image:url(x)", "position:absolute", "display:flex",
                                   "color:rgb(0,0,0)", "font-size:1rem", "line-height:24px", "max-width:90%", "width:100%", "font:16px sans-serif"])
def test_styles_that_some_program_ignores_are_named(style):
    """Each of these looks right in a browser, and is not in some mail program."""
    html = as_html(demo_digest(1), BASE_URL)
    assert [each for each in findings(html.replace('<p style="', f'<p style="{style};', 1), LINKS) if each.startswith("properties: ")]


def test_every_element_that_brings_something_from_elsewhere_is_named():
    """No picture, no tracking, nothing that runs or asks."""
    html = as_html(demo_digest(1), BASE_URL)
    for planted in ('<img src="https://x.example/1.gif">', "<script>1</script>", '<link rel="stylesheet" href="x">', '<iframe src="x"></iframe>', "<form></form>", "<svg></svg>"):
        assert [each for each in findings(html.replace("</body>", planted + "</body>"), LINKS) if each.startswith("elements: ")], planted


def test_contrast_is_counted_as_the_standard_does():
    """Black on white is 21, the same on the same 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")
