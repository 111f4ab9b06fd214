"""The e-mails that a console under test has written: read from its folder of .eml files."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

LINK = re.compile(r"https?://\S+?(/link/\S+)")


def letters(folder: Path, to: str | None = None) -> list[EmailMessage]:
    """The letters in a folder, oldest first; only those to an address if one is given."""
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [letter for letter in read if to is None or letter["To"].addresses[0].addr_spec == to]


def next_letter(folder: Path, to: str, *, after: int, patience: float = 10) -> EmailMessage:
    """The letter to an address that comes after the first `after` ones: they are written once the answer has gone."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = letters(folder, to)
        if len(found) > after:
            return found[after]
        time.sleep(0.01)
    raise AssertionError(f"no letter number {after + 1} to {to}; there are {[each['To'] for each in letters(folder)]}")


def link_in(letter: EmailMessage) -> str:
    """The path of the one link in a letter; its two twins must agree on it."""
    plain = letter.get_body(("plain",)).get_content()
    found = set(LINK.findall(plain)) | set(LINK.findall(letter.get_body(("html",)).get_content().replace('"', " ").replace("<", " ")))
    assert len(found) == 1, found
    return found.pop()
