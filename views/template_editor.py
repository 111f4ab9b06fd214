"""A template's wording: /templates/<id>/edit, for org-admins. The form with its parts, and beside it how a document of it will read."""

import hashlib
import re

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from wtforms import HiddenField

from db.models_documents import DocumentTemplate, TemplateRow, TemplateVersion
from views.document_words import KINDS
from views.forms import Form, Line, WholeNumber
from views.mends import Rows
from views.rows import keep, only, session
from views.screen import Link, Screen
from views.sentences import Refusal
from views.template_parts import ASKING, MERGE_FIELDS, SAYING, Parts, preview_of
from views.template_wordings import wording_of
from views.templates import actions_of, every
from views.upgrade import require_support_cases
from views.words import inside, when

#: The form was loaded before somebody, perhaps the same person in another window, saved.
STILL_HERE = "What you typed is still here, and nothing of it is saved."
REWORDED = (f"This template was reworded while you were writing: wording {{version}} is by {{author}}, {{when}}. {STILL_HERE}"
            " Look at theirs under Earlier wordings; if yours should take its place, save again.")
RENAMED = (f"The name or the interval of this template was changed while you were writing: it is now {{name}}. {STILL_HERE}"
           " If yours should take its place, save again.")


class EditTemplate(Form):
    name = Line("Name", required=True)
    repeats_every_months = WholeNumber(
        "Due again after, in months", required=True, description="The next assessment of a tenant is due this long after one was approved.")
    #: As what the template was loaded into this form.
    loaded = HiddenField()

    def __init__(self, template: TemplateRow, parts: Parts) -> None:
        super().__init__(data={"name": template.name, "repeats_every_months": template.repeats_every_months, "loaded": state_of(template)})
        self.parts = parts
        if template.repeats_every_months is None:
            del self.repeats_every_months

    def refuse(self, refusal: Refusal) -> None:
        """Puts a refusal about a part ("parts.3.words") at that field of it."""
        about = re.fullmatch(r"parts\.(\d+)(?:\.(words|hint|options))?", refusal.field or "")
        if about and int(about[1]) < len(self.parts.parts):
            self.parts.parts[int(about[1])].errors.setdefault(about[2] or "words", []).append(refusal.sentence)
        else:
            super().refuse(refusal)

    @property
    def is_refused(self) -> bool:
        """Whether something in it is to be looked at."""
        return bool(self.errors or self.form_errors or any(part.errors for part in self.parts.parts))


def state_of(template: TemplateRow) -> str:
    """What tells one state of a template from another: what it says, its name, and its interval."""
    return f"{template.version} {hashlib.sha256(repr((template.name, template.repeats_every_months)).encode()).hexdigest()[:16]}"


class TemplateEditor(Screen):
    """The form, and its preview while somebody types."""

    side = "org_admin"
    route_base = "/templates"
    default_view = "edit"
    datamodel = Rows(TemplateRow)
    include_route_methods = {"edit", "preview"}

    @expose("/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """Shows the form, changes it as its buttons ask, or saves a new wording."""
        require_support_cases()
        doing = request.form.get("do")
        if request.method == "POST" and not doing:
            # One at a time, so that whoever saves sees what was saved before.
            only(select(DocumentTemplate.id).where(DocumentTemplate.id == pk).with_for_update())
        template = only(select(TemplateRow).where(TemplateRow.id == pk))
        parts = Parts.sent(request.form) if request.method == "POST" else Parts.kept(wording_of(pk, request.args.get("wording")) or template.parts)
        form = EditTemplate(template, parts)
        if doing:
            parts.do(doing)
            if parts.sentence:
                form.form_errors = [parts.sentence]
        elif form.validate_on_submit() and self._save(form, template):
            return redirect(url_for("TemplateEditor.edit", pk=pk), 303)
        return self._page(form, pk), 409 if form.is_refused else 200

    @expose("/<uuid:pk>/preview", methods=["POST"])
    @has_access
    def preview(self, pk):
        """How a document of the parts in the form would read: a piece of a page, for the script."""
        require_support_cases()
        name = only(select(DocumentTemplate.name).where(DocumentTemplate.id == pk))
        title = request.form.get("name", "").strip() or name
        return self.render_template("parts/template_preview.html", title=title, **preview_of(Parts.sent(request.form).as_json()))

    def _save(self, form: EditTemplate, template: TemplateRow) -> bool:
        if form.loaded.data != state_of(template):
            is_reworded = (form.loaded.data or "").split(" ")[0] != str(template.version)
            form.loaded.data = state_of(template)
            if is_reworded:
                said = REWORDED.format(version=template.version, author=template.author_name, when=inside(when(template.worded_at)))
            else:
                interval = f" ({inside(every(template.repeats_every_months))})" if template.repeats_every_months else ""
                said = RENAMED.format(name=template.name + interval)
            form.form_errors = [said]
            return False
        said, pk, version = form.parts.as_json(), template.id, template.version
        reworded = said != Parts.kept(template.parts).as_json()
        row = session().get(DocumentTemplate, pk)
        row.name = form.name.data
        if "repeats_every_months" in form:
            row.repeats_every_months = form.repeats_every_months.data
        if not reworded and not session().is_modified(row):
            flash("Nothing was changed, so nothing was saved.", "success")
            return True
        if not keep(form, *([TemplateVersion(template_id=pk, parts=said)] if reworded else [])):
            return False
        saved = f"Wording {version + 1} saved. New documents are made from it; those that are there keep theirs."
        flash(saved if reworded else "Saved.", "success")
        return True

    def _page(self, form: EditTemplate, pk) -> str:
        template = only(select(TemplateRow).where(TemplateRow.id == pk).execution_options(populate_existing=True))
        return self.render_template(
            "template.html", it=template, form=form, parts=form.parts, saying=SAYING, asking=ASKING, merge_fields=MERGE_FIELDS,
            kind=KINDS[template.kind], actions=actions_of(template), back=Link("Templates", url_for("Templates.list")),
            preview_url=url_for("TemplateEditor.preview", pk=pk), title=form.name.data or template.name, **preview_of(form.parts.as_json()))
