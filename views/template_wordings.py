"""Earlier wordings of a template: /templates/<id>/wordings, for org-admins. Each stays as it was, for the documents that were made from it."""

from flask import abort, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from db.models_documents import TemplateRow, TemplateVersion
from views.mends import Rows
from views.rows import find, only, session
from views.screen import Link, Screen, asked_page, pages_around
from views.template_parts import preview_of
from views.upgrade import require_support_cases

PAGE = 25
#: The largest number that the column holds.
LARGEST = 2**31 - 1


def wording_of(pk, asked: str | None) -> list | None:
    """The parts of the wording with this number, where the template has it."""
    if not (asked and asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return session().scalar(select(TemplateVersion.parts).where(TemplateVersion.template_id == pk, TemplateVersion.version == int(asked)))


class TemplateWordings(Screen):
    """The list, newest first, and one of them to read."""

    side = "org_admin"
    route_base = "/templates"
    default_view = "list"
    datamodel = Rows(TemplateVersion)
    include_route_methods = {"list", "show"}

    @expose("/<uuid:pk>/wordings")
    @has_access
    def list(self, pk):
        """Who worded it, and when."""
        template, number = _template(pk), asked_page()
        rows = session().execute(
            select(TemplateVersion.version, TemplateVersion.author_name, TemplateVersion.created_at).where(TemplateVersion.template_id == pk)
            .order_by(TemplateVersion.version.desc()).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        return self.render_template(
            "template_wordings.html", it=template, pages=pages_around(number, len(rows) > PAGE),
            back=Link(template.name, url_for("TemplateEditor.edit", pk=pk)),
            rows=[(row, url_for("TemplateWordings.show", pk=pk, version=row.version)) for row in rows[:PAGE]])

    @expose("/<uuid:pk>/wordings/<int:version>")
    @has_access
    def show(self, pk, version):
        """One wording, as a document of it reads."""
        template = _template(pk)
        if version > LARGEST:
            abort(404)
        wording = only(select(TemplateVersion).where(TemplateVersion.template_id == pk, TemplateVersion.version == version))
        again_url = url_for("TemplateEditor.edit", pk=pk, wording=version) if version != template.version else None
        return self.render_template(
            "template_wording.html", it=template, wording=wording, title=template.name, again_url=again_url,
            back=Link("Earlier wordings", url_for("TemplateWordings.list", pk=pk)), **preview_of(wording.parts))


def _template(pk) -> TemplateRow:
    require_support_cases()
    return find(TemplateRow, pk)
