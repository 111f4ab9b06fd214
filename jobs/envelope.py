"""What all e-mails have in common: names as one line each, addresses in their parts, and the MIME of two twins."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid

#: Ends of lines, and signs that turn the direction of what follows: in a name they would pass for another line, or another header.
_NOT_IN_A_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def one_line(words: str) -> str:
    """Words that people typed, as one line."""
    return _NOT_IN_A_LINE.sub(" ", words).strip()


def as_message(*, sender: str, sent_from: str, to_name: str, to_address: str, subject: str, text: str, html: str,
               pdf: tuple[str, bytes] | None = None) -> EmailMessage:
    """An e-mail as MIME: plain text first, HTML as the richer twin, a PDF (file name, bytes) attached if there is one. Names and subject must be one line each."""
    message = EmailMessage()
    message["From"] = Address(sender, addr_spec=sent_from)
    message["To"] = _address(to_name, to_address)
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=sent_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    if pdf:
        message.add_attachment(pdf[1], maintype="application", subtype="pdf", filename=pdf[0])
    return message


def _address(name: str, address: str) -> Address:
    """An address in its parts, as it stands in app.users: the standard library would not read each one that mail takes."""
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=domain if domain.isascii() else domain.encode("idna").decode())
