"""Retention: what falls due and when, what a run would destroy now, and what each run destroyed. For org-admins."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from flask import Response, abort, flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from db.models import SupportCase
from db.models_record import CaseDueNow, Destruction, LegalHold, RecordDue, RetentionRun
from db.models_set_up import Organisation, Tenant
from views.certificate import CONTENT, RECORDS, RULES, Certificate, ChainHead, DestroyedCase, certificate_pdf, from_ledger
from views.forecast import CASES, DUE, DueNow, cases_due_now, due_now, forecast
from views.forms import Agreed, Form
from views.keeping import windows_in_words
from views.mends import Rows
from views.rows import find, keep, only, run, session, step
from views.screen import Link, Screen, asked_page, pages_around
from views.sign_in import signed_in_person
from views.upgrade import upgrade_page
from views.words import LONDON, count, listed, plural

PAGE = 25
#: Holds are few; more than these are found on their cases.
MOST_HOLDS = 100


class RunNow(Form):
    agreed = Agreed()


class Retention(Screen):
    """The overview, the dry run, and the runs with their certificates."""

    side = "org_admin"
    route_base = "/retention"
    datamodel = Rows(RetentionRun)
    default_view = "overview"
    include_route_methods = {"overview", "dry_run", "run_now", "one_run", "certificate"}

    @expose("")
    @has_access
    def overview(self):
        """What falls due, what is due, holds and runs; the upgrade page where the organisation's plan has no support cases."""
        if not signed_in_person().has_support_cases:
            return upgrade_page(self, "support_cases")
        number = asked_page()
        runs = session().scalars(
            select(RetentionRun).order_by(RetentionRun.began_at.desc(), RetentionRun.id).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        held = session().execute(
            select(LegalHold, Tenant.full_name).join(SupportCase, SupportCase.id == LegalHold.case_id).join(Tenant, Tenant.id == SupportCase.tenant_id)
            .where(LegalHold.lifted_at.is_(None)).order_by(LegalHold.created_at.desc(), LegalHold.id).limit(MOST_HOLDS + 1)).all()
        return self.render_template(
            "retention.html", forecast=forecast(), cases_due=cases_due_now(), windows=windows_in_words(only(select(Organisation.support_retention_years))),
            held=held[:MOST_HOLDS], more_held=len(held) > MOST_HOLDS, runs=runs[:PAGE], pages=pages_around(number, len(runs) > PAGE), live=_live_run(), rules=RULES,
            run_url=_run_url, case_url=_case_url, settings_url=url_for("Settings.edit"), dry_run_url=url_for("Retention.dry_run"),
        )

    @expose("/dry-run")
    @has_access
    def dry_run(self):
        """Exactly what a run would destroy now, case by case."""
        self._require_plan()
        number = asked_page()
        cases = session().execute(
            select(CaseDueNow, Tenant.full_name).join(SupportCase, SupportCase.id == CaseDueNow.case_id).join(Tenant, Tenant.id == SupportCase.tenant_id)
            .order_by(CaseDueNow.due_at, CaseDueNow.case_id).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        return self.render_template(
            "dry_run.html", due=due_now(), cases=_with_records(cases[:PAGE]), pages=pages_around(number, len(cases) > PAGE), live=_live_run(),
            run_url=_run_url, case_url=_case_url, run_now_url=url_for("Retention.run_now"), back=_back(),
        )

    @expose("/run", methods=["GET", "POST"])
    @has_access
    def run_now(self):
        """Asks, with the figures of this moment, and hands the run to the jobs service."""
        self._require_plan()
        live = _live_run()
        if live is not None:
            flash("A run is under way already.", "warning")
            return redirect(_run_url(live), 303)
        form = RunNow()
        sentences = _question(due_now())
        if form.validate_on_submit():
            if form.agreed.to(sentences):
                asked = step(form, func.app.ask_for_run())
                if asked is not None and keep(form):
                    return redirect(_run_url(asked[0]), 303)
            else:
                form.form_errors = ["What is due has changed meanwhile. Please read the figures again."]
        form.agreed.show(sentences)
        return self.confirm_page(
            "Delete what is due now?", sentences, "Delete now", url_for("Retention.dry_run"), form=form, quote=None,
            back=Link("Dry run", url_for("Retention.dry_run")))

    @expose("/runs/<uuid:pk>")
    @has_access
    def one_run(self, pk):
        """One run: whether it waits, is under way or finished, what it destroyed, and its certificate."""
        self._require_plan()
        number = asked_page()
        this = find(RetentionRun, pk)
        ids = session().scalars(
            select(Destruction.case_id).where(Destruction.run_id == pk).group_by(Destruction.case_id).order_by(func.min(Destruction.id))
            .offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        lines = session().scalars(
            select(Destruction).where(Destruction.run_id == pk, Destruction.case_id.in_(ids[:PAGE])).order_by(Destruction.id)).all()
        counted = session().execute(
            select(Destruction.table_name, Destruction.rule, func.sum(Destruction.row_count)).where(Destruction.run_id == pk)
            .group_by(Destruction.table_name, Destruction.rule)).all()
        return self.render_template(
            "retention_run.html", run=this, state=_state(this), totals=_table(counted),
            rules=RULES, windows=windows_in_words(this.windows), cases=from_ledger(lines)[1], pages=pages_around(number, len(ids) > PAGE), back=_back(),
            certificate_url=url_for("Retention.certificate", pk=pk) if this.finished_at else None,
        )

    @expose("/runs/<uuid:pk>/certificate")
    @has_access
    def certificate(self, pk):
        """The destruction certificate of a finished run, as a PDF. That it was taken out is in the audit log."""
        self._require_plan()
        made = _certificate(pk)
        # Printing takes a while, for which nobody's connection is kept; what is written down is given.
        session().rollback()
        document = certificate_pdf(made)
        if step(None, func.app.record_export("destruction_certificate", None)) is None or not keep():
            abort(409)
        name = f"destruction-certificate-{str(pk)[:8]}.pdf"
        return Response(document, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _require_plan(self) -> None:
        if not signed_in_person().has_support_cases:
            abort(404)


def _live_run() -> uuid.UUID | None:
    """The run that waits or is under way, if there is one."""
    return session().scalars(select(RetentionRun.id).where(RetentionRun.is_live)).one_or_none()


def _with_records(cases: Iterable[tuple[CaseDueNow, str]]) -> list[tuple[CaseDueNow, str, datetime, DestroyedCase]]:
    """Cases with their tenants' names, since when something of them is due, and what a run now would delete, as its certificate would say it."""
    cases = list(cases)
    records: dict[uuid.UUID, Counter[str]] = {case.case_id: Counter() for case, _ in cases}
    rules: dict[uuid.UUID, set[str]] = {case.case_id: set() for case, _ in cases}
    since: dict[uuid.UUID, datetime] = {}
    for its_id, table, rule, first, number in session().execute(
        select(RecordDue.case_id, RecordDue.table_name, RecordDue.rule, func.min(RecordDue.due_at), func.count())
        .where(DUE, RecordDue.case_id.in_(list(records))).group_by(RecordDue.case_id, RecordDue.table_name, RecordDue.rule)
    ):
        records[its_id][table] += number
        since[its_id] = min(first, since.get(its_id, first))
        if table in CONTENT:
            rules[its_id].add(rule)
    return [(case, name, since.get(case.case_id, case.due_at), DestroyedCase(
        case.case_id, records[case.case_id], tuple(rule for rule in RULES if rule in (rules[case.case_id] or {"case"})), CASES in records[case.case_id],
    )) for case, name in cases]


def _question(due: DueNow) -> list[str]:
    """What is agreed to before a run: the figures, and that nothing undoes it."""
    if not due.cases:
        return ["Nothing is due at this moment, so the run deletes nothing unless something falls due until it begins."]
    goes = [count(due.numbers[table], noun) for table, noun in RECORDS.items() if table != CASES and due.numbers.get(table)]
    sentences = [f"This deletes {listed(goes) or due.otherwise} of {count(due.cases, 'closed case')} for good."]
    if due.whole:
        go, them = ("goes", "it") if due.whole == 1 else ("go", "them")
        sentences.append(f"{due.whole:,} of them {go} altogether, since nothing is left under {them}.")
    return [*sentences, "It cannot be undone: nobody can bring any of it back.",
            "What stays is which record went, when and under which rule, without a word of it. What falls due until the run begins goes as well."]


def _table(counted: Iterable[tuple[str, str, int]]) -> list[tuple[str, dict[str, int]]]:
    """A line for each kind of record that went: its name, and how many under each of RULES."""
    by_kind = {(table, rule): number for table, rule, number in counted}
    lines = [(plural(noun).capitalize(), {rule: by_kind.get((table, rule), 0) for rule in RULES}) for table, noun in RECORDS.items()]
    return [(words, numbers) for words, numbers in lines if any(numbers.values())]


def _state(this: RetentionRun) -> str:
    """'finished', 'under way', or 'waiting' while nothing has gone yet."""
    return "finished" if this.finished_at else "under way" if this.record_count or this.case_count else "waiting"


def _certificate(pk: uuid.UUID) -> Certificate:
    this = find(RetentionRun, pk)
    if this.finished_at is None:
        abort(404)
    firm = only(select(Organisation).options(undefer(Organisation.support_retention_years)))
    totals, cases, ids_sha256 = from_ledger(session().scalars(select(Destruction).where(Destruction.run_id == pk).order_by(Destruction.id)))
    head = run(select(func.app.audit_head().table_valued("sealed_rows", "hash", "sealed_at"))).one_or_none()
    return Certificate(
        organisation=firm.name, run_id=this.id, asked_by=this.asked_by_name, began_at=this.began_at, finished_at=this.finished_at,
        case_years=this.windows["case"], safeguarding_years=this.windows["safeguarding"], totals=totals, cases=cases, ids_sha256=ids_sha256,
        chain_head=ChainHead(*head) if head else None, printed_by=signed_in_person().full_name, printed_at=datetime.now(LONDON),
    )


def _run_url(pk: uuid.UUID) -> str:
    return url_for("Retention.one_run", pk=pk)


def _case_url(pk: uuid.UUID) -> str:
    return url_for("OperatorNotes.workspace", case_id=pk)


def _back() -> Link:
    return Link("Retention", url_for("Retention.overview"))
