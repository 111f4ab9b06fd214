"""E-mails as they leave the house: whole, readable by every mail program, and with nothing in them that a name put there."""

import email
import email.policy
import html
import re
import stat
from dataclasses import replace

import pytest

from app import create_app
from config import from_environment
from jobs.couriers import EmlFolder, NotSent
from jobs.postbox import Postbox
from tests.mail import letters, link_in
from views.letters import Letter, as_message, operator_invitation, operator_joined, password_link, sign_in_link, team_invitation

URL = "https://keywork.example/link/abc-DEF_123"
LETTERS = {
    "sign in": sign_in_link("Nia New", "nia@example.org", URL),
    "password": password_link("Nia New", "nia@example.org", URL),
    "team": team_invitation("Nia New", "nia@example.org", URL, organisation="Harbour Homes", inviter="Harbour Admin"),
    "operator": operator_invitation("Nia New", "nia@example.org", URL, organisation="Harbour Homes", role="property_manager"),
    "joined": operator_joined("Nia New", "nia@example.org", URL, organisation="Harbour Homes", name="Joan Old", address="joan@example.org", role="org_admin"),
}


@pytest.fixture(scope="module")
def app(shared_world, tmp_path_factory):
    """The application, for its settings and templates; no page is asked of it."""
    workspace, sign_in = shared_world.server.urls(shared_world.database)
    return create_app(from_environment({
        "KEYWORK_WORKSPACE_URL": workspace, "KEYWORK_SIGNIN_URL": sign_in, "KEYWORK_SECRET_KEY": "only for tests " * 3,
        "KEYWORK_TOKEN_KEY": "ab" * 32, "KEYWORK_MAIL_FOLDER": str(tmp_path_factory.mktemp("mail"))}))


def delivered(app, folder, letter: Letter):
    """The letter as it is read from the file that the courier wrote."""
    EmlFolder(folder).deliver(as_message(letter, app))
    return letters(folder)[-1]


@pytest.mark.parametrize("kind", LETTERS)
def test_each_twin_stands_alone(app, tmp_path, kind):
    """Who it is from, for whom, what to do, the link and until when: in the plain text and in the HTML."""
    letter = LETTERS[kind]
    message = delivered(app, tmp_path, letter)
    assert link_in(message) == "/link/abc-DEF_123"
    assert message["Subject"] == letter.subject and message["To"].addresses[0].display_name == "Nia New"
    for twin in ("plain", "html"):
        words = html.unescape(message.get_body((twin,)).get_content())
        for wanted in (letter.sender, "Nia New", URL, letter.action, letter.closing, *letter.sentences):
            assert wanted in words, (twin, wanted)
        assert re.search("15 minutes|7 days|from now on", words) and "None" not in words and "{{" not in words


def test_a_file_is_whole_private_and_named_by_its_moment(app, tmp_path):
    """Mode 600 in a folder of mode 700, no half-written file left, and nothing of the letter in the name."""
    folder = tmp_path / "deep" / "mail"
    for letter in LETTERS.values():
        delivered(app, folder, replace(letter, to_address="../../etc/x@example.org", to_name="../up", subject="../up"))
    files = sorted(folder.iterdir())
    assert len(files) == len(LETTERS) and all(re.fullmatch(r"\d{20}-[0-9a-f]{8}\.eml", each.name) for each in files)
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600} and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["mail"]


LINE_ENDS = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x00", "\u202e"]


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_a_name_adds_no_header_and_no_line(app, tmp_path, end):
    """Names of people and firms come from forms, where somebody can send line ends: the letter still goes, as one line each."""
    name = f"Nia{end}Bcc: evil@evil.example{end}{end}Your account is locked"
    letter = team_invitation(name, "nia@example.org", URL, organisation=name, inviter=name)
    message = delivered(app, tmp_path, letter)
    assert sorted(message.keys()) == sorted(delivered(app, tmp_path, LETTERS["team"]).keys())
    assert [each.addr_spec for each in message["To"].addresses] == ["nia@example.org"] and message["Bcc"] is None
    plain = message.get_body(("plain",)).get_content()
    assert "Hello Nia Bcc: evil@evil.example Your account is locked," in plain.splitlines()
    assert not any(line.startswith(("Bcc", "Your account")) for line in plain.splitlines())
    assert link_in(message) == "/link/abc-DEF_123"


#: Each of these passes for an address in app.users.
ADDRESSES = ["o'neil+tag@example.org", 'a"b@example.org', "<script>@example.org", "a..b@example.org", ".a@example.org", "a\\b@example.org",
             "a;b@example.org", "a:b@example.org", "x(y@example.org", "müller@example.org", "nia@münchen.example", "é@ü.example", "a" * 200 + "@example.org"]


@pytest.mark.parametrize("address", ADDRESSES, ids=[ascii(each)[:30] for each in ADDRESSES])
def test_a_letter_goes_to_one_address_whatever_it_is_made_of(app, tmp_path, address):
    """Quoted where mail wants it so, never two addresses, never lost."""
    EmlFolder(tmp_path).deliver(as_message(replace(LETTERS["sign in"], to_address=address, to_name='Nia "x", <y@evil.example>'), app))
    raw = next(tmp_path.glob("*.eml")).read_bytes()
    to = email.message_from_string(raw.decode(), policy=email.policy.default)["To"].addresses
    local, _, domain = address.rpartition("@")
    assert [(each.username, each.domain.encode().decode("idna")) for each in to] == [(local, domain)]
    assert to[0].display_name == 'Nia "x", <y@evil.example>'


def test_markup_in_a_name_is_text_in_the_html(app, tmp_path):
    """Threat 57b in e-mails: escaped in the HTML, as typed in the plain text."""
    name = "<img src=x onerror=alert(1)> & {{ 7*7 }}"
    message = delivered(app, tmp_path, team_invitation(name, "nia@example.org", URL, organisation=name, inviter=name))
    assert "<img" not in message.get_body(("html",)).get_content() and name in message.get_body(("plain",)).get_content()


def test_a_postbox_goes_on_after_a_letter_that_cannot_be_delivered(app, tmp_path):
    """It complains and takes the next one; what is not wanted is written and dropped."""
    complaints = []
    (tmp_path / "file").write_text("no folder")
    broken, sound = Postbox(EmlFolder(tmp_path / "file"), complaints.append), Postbox(EmlFolder(tmp_path / "mail"), complaints.append)
    written = []

    def compose():
        written.append(as_message(LETTERS["sign in"], app))
        return written[-1]

    for _ in range(2):
        broken.post(compose)
    broken.empty()
    assert [(type(each), each.outcome, each.code) for each in complaints] == [(NotSent, "not_now", "folder")] * 2
    sound.post(compose, wanted=False)
    sound.post(compose)
    sound.empty()
    assert len(written) == 4 and len(letters(tmp_path / "mail")) == 1 and len(complaints) == 2
