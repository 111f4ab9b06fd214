"""Letters: the e-mails of invitations, links and accounts, in HTML and as a plain text that stands alone, and the way to the postbox.

None of them names a tenant: a mailbox is not a place for who receives support. The one e-mail that does, because its reader asked the
organisation for it and it is what it is for, is the digest (jobs/digest_mail.py).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import EmailMessage

from flask import Flask, Response, after_this_request, current_app

import log_lines
from jobs import envelope
from jobs.couriers import courier_for
from jobs.envelope import one_line
from jobs.postbox import Postbox
from views.words import label


@dataclass(frozen=True)
class Letter:
    """One e-mail: who it is from in words, to whom, and what stands in it. `url` is the one thing to do."""

    sender: str
    to_name: str
    to_address: str
    subject: str
    sentences: tuple[str, ...]
    action: str
    url: str
    closing: str


def sign_in_link(to_name: str, to_address: str, url: str) -> Letter:
    """The link that somebody asked for to sign in."""
    return Letter(
        "Keywork", to_name, to_address, "Your link to sign in to Keywork",
        ("Here is the link you asked for. It signs you in once, within the next 15 minutes.",),
        "Sign in", url, "If you did not ask for it, you can leave it: nobody can sign in without it.",
    )


def password_link(to_name: str, to_address: str, url: str) -> Letter:
    """The link that somebody asked for to set a password."""
    return Letter(
        "Keywork", to_name, to_address, "Choose a new password for Keywork",
        ("Here is the link you asked for. It lets you choose a new password, once, within the next 15 minutes.",
         "When you have chosen one, you are signed out everywhere else."),
        "Choose a password", url, "If you did not ask for it, you can leave it: your password stays as it is.",
    )


def address_changed(to_name: str, to_address: str, url: str) -> Letter:
    """Told at the old address, so that nobody's account moves to another mailbox unnoticed."""
    return Letter(
        "Keywork", to_name, to_address, "Your e-mail address in Keywork has been changed",
        ("Whoever runs Keywork for your organisation has given your account another e-mail address. Invitations and links no longer come here.",
         "Your password stays as it is."),
        "Sign in", url, "If you did not ask for this, tell your organisation today.",
    )


def team_invitation(to_name: str, to_address: str, url: str, *, organisation: str, inviter: str) -> Letter:
    """An invitation to the team around a tenant, whose name it does not say."""
    return Letter(
        f"{organisation} (Keywork)", to_name, to_address, f"{organisation} invites you to a support team",
        (f"{inviter} of {organisation} has added you to the team around somebody who receives support. "
         "Notes, goals and sessions are kept in Keywork.",
         "The link below lets you in, once, within the next 7 days. For the person's privacy this e-mail does not name them."),
        "Accept the invitation", url, f"If you do not know {organisation}, you can leave this e-mail: nothing happens without you.",
    )


def operator_invitation(to_name: str, to_address: str, url: str, *, organisation: str, role: str) -> Letter:
    """An invitation to operate for an organisation."""
    return Letter(
        f"{organisation} (Keywork)", to_name, to_address, f"{organisation} invites you to Keywork",
        (f"You are invited to work for {organisation} in Keywork as {label(role, 'a_hat')}.",
         "The link below lets you in, once, within the next 7 days."),
        "Accept the invitation", url, f"If you do not know {organisation}, you can leave this e-mail: nothing happens without you.",
    )


def operator_joined(to_name: str, to_address: str, url: str, *, organisation: str, name: str, address: str, role: str) -> Letter:
    """Told to an organisation's org-admins, so that nobody joins it unnoticed."""
    return Letter(
        f"{organisation} (Keywork)", to_name, to_address, f"{name} now works for {organisation} in Keywork",
        (f"{name} ({address}) has accepted an invitation, and works for {organisation} in Keywork as {label(role, 'a_hat')} from now on.",
         "Under Operators you find everybody who does, and can remove property managers. Whoever runs Keywork for your organisation can remove org-admins."),
        "See the operators", url, "If you did not expect this, ask today who invited them.",
    )


def as_message(letter: Letter, app: Flask) -> EmailMessage:
    """The letter as MIME: plain text first, HTML as the richer twin. No request is needed, only the application's settings."""
    letter = replace(letter, sender=one_line(letter.sender), to_name=one_line(letter.to_name), subject=one_line(letter.subject),
                     sentences=tuple(map(one_line, letter.sentences)), closing=one_line(letter.closing))
    return envelope.as_message(
        sender=letter.sender, sent_from=app.config["MAIL_FROM"], to_name=letter.to_name, to_address=letter.to_address, subject=letter.subject,
        text=app.jinja_env.get_template("mail/letter.txt").render(letter=letter),
        html=app.jinja_env.get_template("mail/letter.html").render(letter=letter),
    )


def post(letter: Letter, *, wanted: bool = True) -> None:
    """Sends a letter once the answer to this request has gone. One that nobody is to get takes the same work and is dropped."""
    app = current_app._get_current_object()
    _after_the_answer(lambda: app.extensions["postbox"].post(lambda: as_message(letter, app), wanted=wanted))


def _after_the_answer(work: Callable[[], None]) -> None:
    @after_this_request
    def leave(response: Response) -> Response:
        response.call_on_close(work)
        return response


def register(app: Flask) -> None:
    """Gives an application its postbox."""

    def complain(error: BaseException) -> None:
        log_lines.write("an e-mail was not delivered", logging.ERROR, error=error)

    app.extensions["postbox"] = Postbox(courier_for(app.config["RESEND_KEY"], app.config["MAIL_FOLDER"]), complain)
