"""A document as an e-mail: a short letter with the PDF attached, as it was approved.

Whoever may be sent what is the database's; this words it. What a document is called may name a tenant, so neither the subject nor the letter
says it, which a locked phone shows: the PDF does.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs import envelope
from jobs.envelope import one_line

#: Kinds of documents as an e-mail speaks of one.
A_KIND = {
    "letter": "a letter", "agreement": "an agreement", "acknowledgement": "a form to read and sign", "intake_assessment": "an assessment",
    "recurring_assessment": "an assessment", "event_form": "a report", "session_log": "notes of a session", "checklist": "a checklist",
    "reference": "a reference",
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A document on its way to one person: which firm sends it, who there did, and the PDF."""

    organisation: str
    to_name: str
    to_address: str
    kind: str
    version: int
    sent_by: str
    pdf: bytes


def as_message(sent: Sent, sent_from: str) -> EmailMessage:
    """The e-mail, from the organisation's name at the address that Keywork sends from."""
    firm, sender = one_line(sent.organisation), one_line(sent.sent_by)
    letter = {
        "sender": f"{firm} (Keywork)", "subject": f"{firm} sends you {A_KIND[sent.kind]}", "to_name": one_line(sent.to_name), "url": None,
        "sentences": (
            f"{sender} of {firm} sends you {A_KIND[sent.kind]}. It is attached to this e-mail, as a PDF.",
            f"If you have questions about it, ask {sender}. Please do not answer this e-mail: nobody reads what comes back.",
        ),
        "closing": f"It may be about somebody's private life, and is meant for you alone. If it should not have come to you, tell {firm}, and delete it.",
    }
    return envelope.as_message(
        sender=letter["sender"], sent_from=sent_from, to_name=letter["to_name"], to_address=sent.to_address, subject=letter["subject"],
        text=_TEMPLATES.get_template("letter.txt").render(letter=letter), html=_TEMPLATES.get_template("letter.html").render(letter=letter),
        pdf=(f"{sent.kind.replace('_', '-')}-version-{sent.version}.pdf", sent.pdf))


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "templates" / "mail"),
    autoescape=lambda name: name.endswith(".html"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
