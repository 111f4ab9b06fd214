"""The audit log: /audit, for operators. What happened, newest first, in words; who may read which line and which words is the
database's to say."""

from collections.abc import Sequence

from flask import abort, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, Row, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from db.models_record import AuditEntry
from views.audit_filters import Narrowed, kept
from views.forms import Form
from views.history_events import who
from views.history_fields import before_and_after
from views.history_words import because, deed
from views.mends import Rows
from views.rows import run, session
from views.screen import Link, Screen, here
from views.sentences import Refusal
from views.sign_in import signed_in_person
from views.viewing import after_record
from views.words import LABELS, choices, label

PAGE = 30

#: What app.verify_audit_log() finds, in words.
PROBLEMS = {
    "a seal is missing before this one": "A seal is missing before this line.",
    "the seal was altered": "The seal of this line was altered.",
    "removed": "A line was removed here.",
    "altered": "This line was altered.",
    "reordered": "This line changed places with another.",
    "the payload was altered": "What this line says was altered.",
    "the payload was removed": "What this line says was removed, and not by retention.",
    "the end of the chain was removed": "The newest seals were removed.",
    "the chain is not the one that was printed": "The chain is not the one that was printed.",
    "inserted": "This line was put in later.",
    "dated back": "This line is dated earlier than the lines before it: it was put in later, or the clock was set back.",
}
#: More than this many are told as a number: whoever looks for the cause needs the database.
MOST_PROBLEMS = 100

#: How long somebody waits for a check: longer than for other pages (db/roles.sql), and less than a web server waits for its worker.
PATIENCE = "50s"
TOO_LONG = "Your log is too long to be checked while you wait. Please ask whoever runs Keywork to check it for you."

_HEAD = text("select * from app.audit_head()")
_VERIFY = text("select * from app.verify_my_audit_log()")


def lines(*conditions: ColumnElement[bool]) -> tuple[Sequence[AuditEntry], str | None]:
    """A page of the lines that fulfil all of this, newest first and with their words, and the address of the older ones.

    From line to line rather than by number: a page far back costs what the first one does, and lines that are written meanwhile move nothing.
    """
    query = select(AuditEntry).where(*conditions).order_by(AuditEntry.happened_at.desc(), AuditEntry.id.desc()).limit(PAGE + 1)
    last = _numbered(request.args.get("older", 0, type=int))
    if last is not None:
        # Said of the time alone too: older months need not be looked into, nor newer ones.
        query = query.where(AuditEntry.happened_at <= last.happened_at,
                            tuple_(AuditEntry.happened_at, AuditEntry.id) < tuple_(last.happened_at, last.id))
    found = _worded(session().scalars(query).all())
    return found[:PAGE], here(older=found[PAGE - 1].id) if len(found) > PAGE else None


def _numbered(number: int) -> AuditEntry | None:
    # What no column could hold is no line's number.
    return session().get(AuditEntry, number) if 0 < number < 2**63 else None


def _worded(found: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    for entry in found:
        entry.who, entry.deed = who(entry), deed(entry)
        entry.because = because(entry)
        entry.hat = actor_label(entry)
        entry.url = url_for("Audit.line", pk=entry.id)
    return found


class Audit(Screen):
    """What happened in the organisation, or for a property manager in their cases and by themselves."""

    side = "operator"
    route_base = "/audit"
    datamodel = Rows(AuditEntry)
    include_route_methods = {"list", "line"}

    @expose("")
    @has_access
    def list(self):
        """The log, narrowed by what the address says."""
        asked = Narrowed.asked()
        found, older_url = lines(*asked.conditions())
        return self.render_template(
            "audit.html", lines=found, older_url=older_url, newest_url=here(older=None) if "older" in request.args else None, asked=asked,
            chips=asked.chips(), events=choices("event"), is_narrowed=bool(kept()),
            check_url=url_for("AuditCheck.show") if signed_in_person().operator_role == "org_admin" else None,
        )  # fmt: skip

    @expose("/<int:pk>")
    @has_access
    def line(self, pk):
        """One line: who, when, which tenant, why, and what it said before and after."""
        entry = _numbered(pk) or abort(404)
        said = before_and_after(entry)
        professional = bool(said) and entry.table_name == "support_notes" and entry.row_kind == "professional"
        _worded([entry])
        page = self.render_template(
            "audit_line.html", entry=entry, said=said, stream="professional" if professional else None, back=Link("Audit log", url_for("Audit.list")),
            case_url=url_for("CaseHistory.show", case_id=entry.case_id) if entry.tenant_name else None,
            person_url=url_for("Audit.list", person=entry.actor_id) if entry.actor_id else None,
        )  # fmt: skip
        # The words of a Professional note are looked at here as well.
        return after_record(entry.case_id, page) if professional else page


class AuditCheck(Screen):
    """Whether the log is as it was written: for org-admins."""

    side = "org_admin"
    route_base = "/audit/check"
    default_view = "show"
    datamodel = Rows(AuditEntry)
    include_route_methods = {"show"}

    @expose("", methods=["GET", "POST"])
    @has_access
    def show(self):
        """The end of the chain, to print and keep elsewhere; sent, also what the check found. It changes nothing, so it need not lead away."""
        form = Form()
        problems = self._problems(form) if form.validate_on_submit() else None
        head = run(_HEAD).one_or_none()
        body = self.render_template(
            "audit_check.html", form=form, head=head, checked=problems is not None, problems=self._named(problems or []),
            problem_count=len(problems or []), back=Link("Audit log", url_for("Audit.list")))
        return body, 503 if form.form_errors else 200

    def _problems(self, form: Form) -> Sequence[Row] | None:
        """What the database finds wrong; None where that takes too long, which the form then says."""
        try:
            run(text(f"set local statement_timeout = '{PATIENCE}'"))
            return run(_VERIFY).all()
        except DBAPIError as error:
            session().rollback()
            if getattr(error.orig, "sqlstate", None) != "57014":
                raise
            form.refuse(Refusal(None, TOO_LONG, 503))
            return None

    def _named(self, problems: Sequence[Row]) -> list[tuple[str, int | None, AuditEntry | None]]:
        """What is wrong, at which place of the chain, with which line, if it is there."""
        ids = [each.audit_id for each in problems[:MOST_PROBLEMS]]
        there = {entry.id: entry for entry in _worded(session().scalars(select(AuditEntry).where(AuditEntry.id.in_(ids))).all())} if ids else {}
        return [(PROBLEMS.get(each.problem, each.problem), each.position, there.get(each.audit_id)) for each in problems[:MOST_PROBLEMS]]


def actor_label(entry: AuditEntry) -> str:
    """Under which hat, or through what, somebody acted."""
    return label(entry.actor_hat, "actor" if entry.actor_hat in LABELS["actor"] else "hat")
