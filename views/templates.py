"""What documents are made from: /templates, for org-admins. The list, new ones, the starter pack, retiring.

Their wording is views/template_editor.py, earlier ones are views/template_wordings.py.
"""

import uuid

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select, update

from db.models_documents import DocumentTemplate, KeptTemplate, SupportDocument, TemplateRow, TemplateVersion
from views.document_words import KINDS
from views.forms import Choice, Line, NewRow, OptionalWholeNumber
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, keep, run, session, step, write
from views.screen import Link
from views.sign_in import signed_in_person
from views.template_parts import Part, new_id
from views.upgrade import require_support_cases, upgrade_page
from views.words import count, number, when

LONGEST_NAME = 120


def every(months: int | None) -> str:
    """'Every 6 months', 'Every month', nothing for what does not come round again."""
    return "" if months is None else "Every month" if months == 1 else f"Every {months} months"


def copied(asked: str | None) -> TemplateRow | None:
    """The template that a new one begins as a copy of (`copy` in the address), where there is such a one."""
    try:
        return session().get(TemplateRow, uuid.UUID(asked)) if asked else None
    except ValueError:
        return None


class NewTemplate(NewRow):
    name = Line("Name", required=True)
    kind = Choice("Kind", choices=[("", "Choose a kind"), *KINDS.items()], required=True)
    repeats_every_months = OptionalWholeNumber(
        "Due again after, in months",
        description="A recurring assessment says when the next one is due: 6 for twice a year. Leave it empty for every other kind.")


class Templates(Records):
    """The templates of the firm."""

    side = "org_admin"
    route_base = "/templates"
    datamodel = CappedRows(KeptTemplate)
    record = DocumentTemplate
    include_route_methods = {"list", "add", "add_starter_pack", "retire", "bring_back"}
    noun = "template"
    list_title = "Templates"
    list_page = "templates.html"
    list_lead = "What letters, agreements and assessments are made from. Your firm's own: word them as you speak."
    add_title, add_label = "New template", "New template"
    empty_sentence = "There are no templates yet. Begin with ready-made ones for supported housing, and change them as you like."
    add_form = NewTemplate
    base_order = ("name", "asc")
    searched = ("name",)
    search_label = "Name"
    columns = (
        Column("name", "Template", sorts="asc", under="every"),
        Column("kind", "Kind", KINDS.__getitem__, sorts="asc"),
        Column("question_count", "Questions", number),
        Column("worded_at", "Last worded", when, sorts="desc", under="worded_by"),
    )
    narrowed = {"live": ("In use", [("is_live", FilterEqual, True)]), "retired": ("Retired", [("is_live", FilterEqual, False)])}

    @expose("")
    @has_access
    def list(self):
        """The list, or the upgrade page."""
        return super().list() if signed_in_person().has_support_cases else upgrade_page(self, "support_cases")

    def word(self, row):
        """How often it comes round, and who worded it last."""
        row.every, row.worded_by = every(row.repeats_every_months), f"by {row.author_name}"

    def besides(self):
        """How many templates of the starter pack there still are to add, and how many of their own are retired."""
        starters = run(select(func.count()).select_from(func.app.starters_to_add().table_valued("starter_key"))).scalar_one()
        retired = session().scalar(select(func.count()).select_from(DocumentTemplate).where(DocumentTemplate.retired_at.is_not(None)))
        return {"starters": starters, "starters_url": url_for("Templates.add_starter_pack"),
                "retired_count": retired, "retired_url": url_for("Templates.list", show="retired")}

    def url_of(self, row):
        """The editor."""
        return url_for("TemplateEditor.edit", pk=row.id)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """A new one, with one part to begin with; or as a copy of one that is there."""
        require_support_cases()
        original = copied(request.args.get("copy"))
        form = NewTemplate(data={
            "name": f"Copy of {original.name}"[:LONGEST_NAME], "kind": original.kind, "repeats_every_months": original.repeats_every_months,
        } if original else {})
        if form.validate_on_submit():
            parts = [{**part, "id": new_id()} for part in original.parts] if original else [Part(new_id(), "text", "Dear {{tenant}},").as_json()]
            template = DocumentTemplate()
            form.populate_obj(template)
            its_id = template.id
            if keep(form, template, TemplateVersion(template_id=its_id, parts=parts)):
                flash(f"{form.name.data} is there. Word it below.", "success")
                return redirect(url_for("TemplateEditor.edit", pk=its_id), 303)
        lead = (f"It begins as a copy of {original.name}, with all that it says and asks." if original
                else "It begins with one piece of text, and you word it next.")
        return self.form_page(self.add_title, form, "Add template", url_for("Templates.list"), back=self._back(), lead=lead)

    @expose("/starter-pack", methods=["POST"])
    @has_access
    def add_starter_pack(self):
        """Adds those of the starter pack that are not there yet."""
        require_support_cases()
        added = step(None, func.app.add_starter_templates())
        if added is not None and keep():
            many = f"{count(added[0], 'template').capitalize()} added. They are your firm's own now: change them as you like."
            flash(many if added[0] else "The whole starter pack is there already.", "success")
        return redirect(url_for("Templates.list"), 303)

    @expose("/<uuid:pk>/retire", methods=["POST"])
    @has_access
    def retire(self, pk):
        """No new documents are made from it; those that stand on it stay."""
        name = self._name(pk)
        standing = session().scalar(select(func.count()).select_from(SupportDocument).where(SupportDocument.template_id == pk))
        if self._set(pk, func.now()):
            stay = {0: "No document was made from it.", 1: "1 document made from it stays as it is."}.get(
                standing, f"{count(standing, 'document')} made from it stay as they are.")
            flash(f"{name} is retired: nobody begins a new document from it. {stay}", "success")
        return redirect(url_for("TemplateEditor.edit", pk=pk), 303)

    @expose("/<uuid:pk>/bring-back", methods=["POST"])
    @has_access
    def bring_back(self, pk):
        """Undoes that."""
        name = self._name(pk)
        if self._set(pk, None):
            flash(f"{name} is in use again.", "success")
        return redirect(url_for("TemplateEditor.edit", pk=pk), 303)

    @staticmethod
    def _name(pk) -> str:
        require_support_cases()
        return find(DocumentTemplate, pk).name

    @staticmethod
    def _set(pk, retired_at) -> bool:
        retiring = update(DocumentTemplate).where(DocumentTemplate.id == pk).values(retired_at=retired_at)
        return write(None, retiring.execution_options(synchronize_session=False))


def actions_of(template: TemplateRow) -> list[Link]:
    """The quiet menu of a template."""
    retiring = (Link("Retire this template", url_for("Templates.retire", pk=template.id), post=True) if template.retired_at is None
                else Link("Bring this template back", url_for("Templates.bring_back", pk=template.id), post=True))
    return [Link("Earlier wordings", url_for("TemplateWordings.list", pk=template.id)),
            Link("Make a copy", url_for("Templates.add", copy=template.id)), retiring]
