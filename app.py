"""Wiring: one Flask application over the two database logins, and every screen of the console."""

from flask import Flask
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import from_environment
from db.demo import ACCOUNTS
from db.identity import act_in_each_transaction
from views import api_tokens, frame, headers, health, imports, letters, logs, uploads, webhook, words
from views.api_case import CaseApi
from views.api_collaborator import CollaboratorApi
from views.api_docs import ApiPage, OpenApi
from views.api_document import DocumentApi
from views.api_goal import GoalApi, ProgressApi
from views.api_note import NoteApi
from views.api_session import SessionApi
from views.api_sign_in import SecurityApi
from views.assessments import CollaboratorAssessments, OperatorAssessments
from views.audit import Audit, AuditCheck
from views.audit_filters import AuditOfCase, AuditOfPerson
from views.case_steps import CaseSteps
from views.caseload import Caseload
from views.cases import Cases
from views.collaborators import Collaborators
from views.dashboard import Dashboard
from views.digest_preview import DigestPreview
from views.digests import Digests
from views.demo_mail import DemoMail
from views.document_filling import CollaboratorDocumentFilling, OperatorDocumentFilling
from views.document_page import CollaboratorDocumentPage, OperatorDocumentPage
from views.document_steps import CollaboratorDocumentSteps, OperatorDocumentSteps
from views.documents import CollaboratorDocuments, OperatorDocuments
from views.exports import CollaboratorExports, OperatorExports
from views.goals import CollaboratorGoals, OperatorGoals
from views.history import CaseHistory
from views.home import Home
from views.imports import Imports
from views.jobs import Jobs
from views.landlords import Landlords
from views.links import Links
from views.mends import Console
from views.notes import CollaboratorNotes, OperatorNotes
from views.operators import Operators
from views.organisations import Organisations
from views.outbox import Outbox, Suppressed
from views.people import People
from views.plans import Plans
from views.properties import Properties
from views.property_managers import PropertyManagers
from views.retention import Retention
from views.retention_steps import RetentionSteps
from views.sessions import CollaboratorSessions, OperatorSessions
from views.settings import Settings
from views.sign_in import Security
from views.subject_access import SubjectAccess
from views.subject_items import SubjectItems
from views.subject_steps import SubjectSteps
from views.team import CollaboratorTeam, OperatorTeam
from views.template_editor import TemplateEditor
from views.template_wordings import TemplateWordings
from views.templates import Templates
from views.tenants import Tenants
from views.uploads import CollaboratorUploads, OperatorUploads
from views.why import DigestWhy, DigestWhyOnCase

TABS = (
    OperatorNotes, OperatorGoals, OperatorSessions, OperatorTeam, OperatorDocuments,
    CollaboratorNotes, CollaboratorGoals, CollaboratorSessions, CollaboratorTeam, CollaboratorDocuments,
    OperatorUploads, CollaboratorUploads, OperatorExports, CollaboratorExports,
    OperatorDocumentPage, OperatorDocumentFilling, OperatorDocumentSteps,
    CollaboratorDocumentPage, CollaboratorDocumentFilling, CollaboratorDocumentSteps,
)  # fmt: skip

API = (SecurityApi, CaseApi, NoteApi, GoalApi, ProgressApi, SessionApi, CollaboratorApi, DocumentApi, OpenApi)


def create_app(settings: dict[str, object] | None = None) -> Flask:
    """The application, with settings from the environment unless some are given (config.from_environment)."""
    app = Flask(__name__)
    app.config.from_mapping(settings or from_environment())
    app.config["DEMO_ACCOUNTS"] = ACCOUNTS if app.config["DEMO"] else []
    app.url_map.strict_slashes = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if proxies := app.config["PROXIES"]:
        # The client's address and scheme from the last of them; never the host (threat 47).
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0)
    logs.register(app)
    headers.register(app)
    uploads.register(app)
    imports.register(app)
    CSRFProtect(app)
    words.register(app)
    letters.register(app)
    db = SQLA(app)
    with app.app_context():
        act_in_each_transaction(db.engines["workspace"], frame.acting_identity)
        console = Console(app, db.session, indexview=Home, security_manager_class=Security)
        console.add_view(Cases, "Support cases", href="/support-cases", menu_cond=frame.plan_has_support_cases)
        console.add_view(Dashboard, "Dashboard", href="/dashboard", menu_cond=frame.plan_has_support_cases)
        console.add_view(Caseload, "Your tenants", href="/support/tenants")
        console.add_view(Tenants, "Tenants", href="/tenants")
        console.add_view(Properties, "Properties", href="/properties")
        console.add_view(Landlords, "Landlords", href="/landlords")
        console.add_view(PropertyManagers, "Operators", href="/property-managers")
        console.add_view(Collaborators, "Collaborators", href="/collaborators", menu_cond=frame.plan_has_support_cases)
        console.add_view(Digests, "Digests", href="/digests", menu_cond=frame.plan_has_support_cases)
        console.add_view(Templates, "Templates", href="/templates", menu_cond=frame.plan_has_support_cases)
        console.add_view(Audit, "Audit log", href="/audit")
        console.add_view(Retention, "Retention", href="/retention", menu_cond=frame.plan_has_support_cases)
        console.add_view(SubjectAccess, "Subject access", href="/subject-access")
        console.add_view(Imports, "Import", href="/imports", menu_cond=frame.plan_has_support_cases)
        console.add_view(Settings, "Settings", href="/settings")
        console.add_view(Organisations, "Organisations", href="/organisations")
        console.add_view(Plans, "Plans", href="/plans")
        console.add_view(People, "People", href="/people")
        console.add_view(Jobs, "Jobs", href="/jobs")
        for screen in (Links, Operators, CaseSteps, CaseHistory, RetentionSteps, AuditOfCase, AuditOfPerson, AuditCheck, DigestPreview, DigestWhy,
                       DigestWhyOnCase, Outbox, Suppressed, OperatorAssessments, CollaboratorAssessments, TemplateEditor, TemplateWordings, SubjectItems, SubjectSteps, *TABS):
            console.add_view_no_menu(screen)
        for resource in API:
            console.add_api(resource)
        console.add_view_no_menu(ApiPage)
        if app.config["DEMO"]:
            console.add_view_no_menu(DemoMail)
        frame.register(app)
        api_tokens.register(app)
        health.register(app)
        webhook.register(app)
    return app
