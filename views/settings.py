"""Settings of the firm: /settings, for its org-admins."""

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select
from sqlalchemy.orm import undefer_group
from wtforms import BooleanField

from db.models_set_up import Organisation
from views.forecast import DueNow, due_now
from views.forms import Agreed, Form, Paragraphs, WholeNumber
from views.mends import Rows
from views.rows import keep, only, run
from views.screen import Link, Question, Screen
from views.sign_in import signed_in_person
from views.words import count

#: More housing officers who are not listed are told as a number.
MOST_NOT_LISTED = 20

SHORTER = "A shorter time counts for cases that are closed already: some of them can fall due at once."


class EditSettings(Form):
    support_retention_years_case = WholeNumber(
        "Years that closed cases are kept", required=True,
        description=f"Notes, goals, sessions and documents of a closed case are deleted for good this many years after it closed. {SHORTER}",
    )
    support_retention_years_safeguarding = WholeNumber(
        "Years that safeguarding notes are kept", required=True,
        description="Professional notes flagged for safeguarding are deleted for good this many years after their case closed, or after"
        f" they were flagged if that was later. Never sooner than the rest of the case. {SHORTER}",
    )
    support_notes_visible_to_housing_officer = BooleanField(
        "Housing officers read Shared notes",
        description="On: housing officers on a case read its Shared notes, on the screen and in the monthly digest. Off: they read only"
        " notes of their own. It counts from the moment you save. A tenant's own setting goes before it.",
    )
    housing_officer_emails = Paragraphs(
        "E-mail addresses of housing officers", rows=6,
        description="One on each line. The monthly digest goes to housing officers whose address is here, and to nobody else.",
    )
    agreed = Agreed()


def shorter(now: dict[str, int], form: EditSettings) -> list[str]:
    """Which records would be kept for a shorter time than now, in a sentence each."""
    wanted = {
        "Closed cases": (now["case"], form.support_retention_years_case.data),
        "Safeguarding notes": (now["safeguarding"], form.support_retention_years_safeguarding.data),
    }
    return [f"{what} will be kept for {count(then, 'year')} instead of {years}." for what, (years, then) in wanted.items() if then is not None and then < years]


def shortening(sentences: list[str], due: DueNow | None) -> Question:
    """What is asked before that, with what would be `due` at once by it; None where the plan hides the cases, which go all the same."""
    lost = "A longer time later does not bring it back."
    if due is None:
        told = "What is older than that already falls due at once and is deleted for good."
    elif not due.cases:
        told = "Nothing falls due by it at once. What falls due later is deleted for good."
    else:
        goes = f"{count(due.records, 'record') if due.records else due.otherwise} of {count(due.cases, 'closed case')}"
        altogether = f", and {due.whole:,} of the cases altogether" if due.whole else ""
        told = f"By it {goes} {'is' if due.records < 2 else 'are'} due at once and deleted for good{altogether}."
    return Question("Keep records for a shorter time?", [*sentences, f"{told} {lost}"], "Shorten and save")


class Settings(Screen):
    """One form over the settings of the organisation."""

    side = "org_admin"
    route_base = "/settings"
    default_view = "edit"
    datamodel = Rows(Organisation)
    include_route_methods = {"edit"}

    @expose("", methods=["GET", "POST"])
    @has_access
    def edit(self):
        """Reads and keeps the settings of the one organisation that an org-admin sees."""
        firm = only(select(Organisation).options(undefer_group("settings")))
        form = EditSettings(data={
            "support_retention_years_case": firm.support_retention_years["case"],
            "support_retention_years_safeguarding": firm.support_retention_years["safeguarding"],
            "support_notes_visible_to_housing_officer": firm.support_notes_visible_to_housing_officer,
            "housing_officer_emails": "\n".join(firm.housing_officer_emails),
        })
        if form.validate_on_submit():
            sentences = shorter(firm.support_retention_years, form)
            due: list[DueNow | None] = []
            _fill(firm, form)
            # Asked only about what would be kept, with what would then be due: the database counts with the change made.
            if not sentences or keep(form, trying=lambda: due.append(due_now() if signed_in_person().has_support_cases else None)):
                question = shortening(sentences, due[0]) if sentences else None
                if question and not form.agreed.to(question.sentences):
                    return self.ask(question, form, url_for("Settings.edit"), Link("Settings", url_for("Settings.edit")))
                _fill(firm, form)
                if keep(form):
                    flash("Settings saved.", "success")
                    return redirect(url_for("Settings.edit"), 303)
        return self.form_page("Settings", form, "Save settings", url_for("Settings.edit"), template="settings.html", **_not_listed())


def _fill(firm: Organisation, form: EditSettings) -> None:
    firm.support_retention_years = {
        "case": form.support_retention_years_case.data, "safeguarding": form.support_retention_years_safeguarding.data}
    firm.support_notes_visible_to_housing_officer = form.support_notes_visible_to_housing_officer.data
    firm.housing_officer_emails = addresses(form.housing_officer_emails.data)


def _not_listed() -> dict[str, object]:
    """Housing officers of live assignments whose address is not on the list as it is kept now; nothing where the plan has no support cases."""
    if not signed_in_person().has_support_cases:
        return {"why_url": None}
    officers = func.app.officers_not_listed().table_valued("officer_id", "full_name", "address")
    found = run(select(officers.c.full_name, officers.c.address, func.count().over().label("all_of_them")).limit(MOST_NOT_LISTED)).all()
    return {"unlisted": found, "more_unlisted": found[0].all_of_them - len(found) if found else 0, "why_url": url_for("DigestWhy.show")}


def addresses(typed: str | None) -> list[str]:
    """The addresses of a text, one a line or with commas between them, as typed; each once, whatever its capitals."""
    found = (line.strip() for line in (typed or "").replace(",", "\n").replace(";", "\n").splitlines())
    return list({address.lower(): address for address in reversed([each for each in found if each])}.values())[::-1]
