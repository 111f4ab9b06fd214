"""The e-mails that the demo would have sent, on a screen: /demo/mail. Only there with demo data, where every account is public."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import current_app
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView

#: The newest ones; a demo has no use for more.
MOST_SHOWN = 50
LINK = re.compile(r"https?://\S+(/link/\S+)")


@dataclass(frozen=True)
class Sent:
    """One e-mail, as its plain twin says it."""

    to: str
    subject: str
    sent_at: datetime
    words: str
    #: Where its link leads, as a path of this site.
    link: str | None


class DemoMail(BaseView):
    route_base = "/demo/mail"
    default_view = "list"

    @expose("")
    def list(self):
        """Newest first, with their links."""
        return self.render_template("demo_mail.html", letters=newest(current_app.config["MAIL_FOLDER"]))


def newest(folder: Path) -> list[Sent]:
    """The newest e-mails of a folder of .eml files, newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[:MOST_SHOWN] if folder.is_dir() else []
    return [_read(file) for file in files]


def _read(file: Path) -> Sent:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    words = message.get_body(("plain",)).get_content()
    link = LINK.search(words)
    return Sent(message["To"], message["Subject"], parsedate_to_datetime(message["Date"]), words, link and link[1])
