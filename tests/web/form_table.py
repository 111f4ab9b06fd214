"""Every form of the console as a table: who fills it in where, with what, and what the database says against wrong answers."""

from dataclasses import dataclass

from tests.world import ident
from tests.world_documents import AGREEMENT

TWENTY_THOUSAND_AND_ONE = "x" * 20_001
OP = "/support-cases"
ADDRESSES = "officer.open@example.org\nNew.Officer@example.org"
CO = "/support/cases"


@dataclass(frozen=True)
class FormAt:
    """A form, by the address it is sent to and the page it stands on, with answers that are right."""

    address: str
    fields: dict[str, object]
    page: str = ""
    persona: str = "harbour_admin"
    #: The table that gets a row; empty where a row is changed.
    makes: str = ""


GOAL = {"title": "A goal of our own", "description": "Step by step.\n\nTogether.", "target_date": "2030-05-01"}
SESSION = {"scheduled_at": "2030-05-01T10:30", "duration_minutes": "45", "type": "phone_call", "attendees": "Amira, her sister"}
PERSON = {"full_name": "Nia New", "email": "nia@example.org", "kind": "housing_officer", "participation_mode": "context_only"}
CARD = {"full_name": "Dr Lee", "kind": "external_contact", "works_for": "Hyde Surgery", "role_label": "GP", "email": "lee@example.net",
        "phone": "0113 496 0000"}
PLAN = {"name": "Larger", "position": "9", "monthly_pounds": "399", "yearly_pounds": "3830", "tenancies": "2000", "users": "",
        "includes_support_cases": True}
PERSON_EDIT = {"full_name": "Quay Manager", "email": "quay.manager@example.org"}
MANAGER = {"invited_name": "Nia Manager", "invited_email": "nia.manager@example.org"}
WORDS = {"body": "First line.\nSecond line.\n\nAnother paragraph."}

HOME = {"address": "12 Station Road", "town": "Leeds", "postcode": "LS6 2XY", "landlord_id": "{landlord[quay]}"}
TENANT = {"full_name": "Tess Tenant", "date_of_birth": "1990-02-03", "property_id": "{property[quay_2]}", "housing_officer_note_visibility": "visible"}
SETTINGS = {"support_retention_years_case": "6", "support_retention_years_safeguarding": "30", "support_notes_visible_to_housing_officer": True,
            "housing_officer_emails": ADDRESSES}

REASON = {"reason": "A claim.\nIt is under way."}

#: Fields of a draft of Harbour's agreement, by the questions of tests/world_documents.py.
ASKED = {label: f"answers_{ident('part', f'harbour/agreement/{label}')}" for label in AGREEMENT}
#: The choices of several and the boxes are tried in tests/web/test_documents.py.
FILLED = {"title": "Agreement of ours", ASKED["name"]: "Wendy Work", ASKED["wishes"]: WORDS["body"], ASKED["from"]: "2026-03-04", ASKED["hours"]: "7.50",
          ASKED["place"]: "Elsewhere", ASKED["agreed"]: "yes", ASKED["signed"]: "A. Tenant"}  # fmt: skip
HANDED = {"to_name": "Ann Tenant", "handed_over_on": "2026-01-02"}

REQUEST = {"tenant_id": "{tenant[fay]}", "received_on": "2026-01-02", "way": "letter", "asked_by": "representative", "asked_by_name": "Lee and Lee, solicitors"}
HIDDEN = {"passage": "Her aunt", "scope": "everywhere", "because": "third_party", "note": "She asked us not to."}

FORMS = {
    "shared note": FormAt(OP + "/{case[ann]}/notes/shared", WORDS, makes="support_notes"),
    "worker's note": FormAt(CO + "/{case[ann]}/notes/shared", WORDS, persona="worker", makes="support_notes"),
    "professional note": FormAt(OP + "/{case[ann]}/notes/professional", {**WORDS, "safeguarding": True}, makes="support_notes"),
    "note edit": FormAt(OP + "/{case[ann]}/notes/{note[ann/shared/harbour_admin]}/edit", WORDS),
    "goal": FormAt(OP + "/{case[ann]}/goals", GOAL, makes="support_goals"),
    "worker's goal": FormAt(CO + "/{case[ann]}/goals", GOAL, persona="worker", makes="support_goals"),
    "goal edit": FormAt(OP + "/{case[ann]}/goals/{goal[ann/active]}/edit", {**GOAL, "status": "active"}),
    "progress": FormAt(OP + "/{case[ann]}/goals/{goal[ann/active]}/progress", WORDS, page=OP + "/{case[ann]}/goals", makes="support_goal_progress"),
    "session": FormAt(OP + "/{case[ann]}/sessions", SESSION, makes="support_sessions"),
    "watcher's session": FormAt(CO + "/{case[ann]}/sessions", SESSION, persona="watcher", makes="support_sessions"),
    "session edit": FormAt(OP + "/{case[ann]}/sessions/{session[ann/harbour_admin/next]}/edit", SESSION),
    "outcome": FormAt(OP + "/{case[ann]}/sessions/{session[ann/worker/next]}/outcome", {"status": "cancelled", "outcome_note": "They rang."}),
    "collaborator": FormAt(OP + "/{case[ann]}/team/add", PERSON, makes="support_collaborators"),
    "contact card": FormAt(OP + "/{case[ann]}/team/add-contact-card", CARD, makes="support_collaborators"),
    "open case": FormAt(OP + "/open", {"tenant_id": "{tenant[fay]}", "context_summary": "Why and what."}, makes="support_cases"),
    "summary": FormAt(OP + "/{case[ann]}/summary", {"context_summary": "Why and what."}),
    "organisation": FormAt("/organisations/add", {"name": "Riverside Homes", "plan_code": "starter"}, persona="platform", makes="organisations"),
    "organisation edit": FormAt(
        "/organisations/{organisation[moor]}/edit", {"name": "Moor and Fell", "plan_code": "enterprise"}, persona="platform"),
    "plan": FormAt("/plans/add", {**PLAN, "code": "larger"}, persona="platform"),
    "plan edit": FormAt("/plans/business/edit", {**PLAN, "name": "Business", "position": "4", "users": "15"}, persona="platform"),
    "person edit": FormAt("/people/{user[quay_manager]}/edit", PERSON_EDIT, persona="platform"),
    "close": FormAt(OP + "/{case[ann]}/close", {"closing_reason": "moved_on", "end_assignments": True}),
    "landlord": FormAt("/landlords/add", {"name": "Station Homes"}, makes="landlords"),
    "landlord edit": FormAt("/landlords/{landlord[quay]}/edit", {"name": "Quay"}),
    "property": FormAt("/properties/add", HOME, makes="properties"),
    "property edit": FormAt("/properties/{property[dock_1]}/edit", HOME),
    "tenant": FormAt("/tenants/add", TENANT, makes="tenants"),
    "tenant edit": FormAt("/tenants/{tenant[fay]}/edit", TENANT),
    "template": FormAt("/templates/add", {"name": "Keys handed over", "kind": "letter", "repeats_every_months": ""}),
    "settings": FormAt("/settings", SETTINGS),
    "property manager": FormAt("/property-managers/add", MANAGER),
    "hold": FormAt(OP + "/{case[ann]}/hold", REASON, makes="legal_holds"),
    "lift hold": FormAt(OP + "/{case[eve]}/hold/lift", REASON),
    "unflag": FormAt(OP + "/{case[eve]}/notes/{note[eve/professional/disabled_admin!]}/unflag", REASON),
    "document": FormAt(CO + "/{case[ann]}/documents/new?template={template[harbour/letter]}", {"title": "A letter"}, persona="worker", makes="support_documents"),
    "filling": FormAt(CO + "/{case[ann]}/documents/{document[ann/worker/draft]}/edit", FILLED, persona="worker"),
    "return": FormAt(OP + "/{case[ann]}/documents/{document[ann/both_worker/submitted]}/return", REASON),
    "withdraw": FormAt(OP + "/{case[ann]}/documents/{document[ann/worker/approved]}/withdraw", REASON),
    "send": FormAt(OP + "/{case[ann]}/documents/{document[ann/worker/approved]}/send", {"to_name": "Ann Tenant", "to_address": "ann@example.net"}),
    "hand over": FormAt(OP + "/{case[ann]}/documents/{document[ann/gone/approved]}/hand-over", HANDED, makes="support_document_deliveries"),
    "export": FormAt(OP + "/{case[eve]}/export", {"what": "sessions", "file_type": "pdf", "since": "2024-01-01", "until": "2024-02-01"}),
    "subject request": FormAt("/subject-access/add", REQUEST, makes="subject_access_requests"),
    "hide words": FormAt("/subject-access/{request[ann]}/hide?item=tenants:{tenant[ann]}", HIDDEN, makes="subject_access_redactions"),
    "operator": FormAt("/organisations/{organisation[small]}/invite", {**MANAGER, "role": "org_admin"}, persona="platform"),
}
#: An id that no row has.
NOBODY = "3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11"

#: form, what is wrong, the field that says so (None: above the form), part of the sentence
REFUSED = [
    *[(form, {"body": wrong}, "body", sentence)
      for form in ("shared note", "worker's note", "professional note", "note edit")
      for wrong, sentence in (("", "Write the note first."), (" \t\r\n ", "Write the note first."), (TWENTY_THOUSAND_AND_ONE, "20,000 characters"))],
    ("progress", {"body": ""}, "body", "Write what has changed"),
    ("progress", {"body": "x" * 4001}, "body", "4,000 characters"),
    *[(form, {"title": wrong}, "title", "160 characters") for form in ("goal", "worker's goal", "goal edit") for wrong in ("", "  ", "x" * 161)],
    ("goal", {"description": "x" * 4001}, "description", "4,000 characters"),
    *[(form, {"target_date": wrong}, "target_date", "Give a ") for form in ("goal", "goal edit")
      for wrong in ("31/12/2030", "2030-02-30", "abc", "0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "2030-5", "10000-01-01")],
    ("goal edit", {"status": "secret"}, "status", "Choose active"),
    ("goal edit", {"status": ""}, "status", "Choose active"),
    *[(form, {"scheduled_at": wrong}, "scheduled_at", "Give a date") for form in ("session", "watcher's session", "session edit")
      for wrong in ("", "abc", "2030-02-30T10:00", "2030-05-01", "2030-05-01T25:00", "1999-12-31T10:00", "2100-01-01T10:00", "0001-01-01T00:00",
                    "9999-12-31T23:59")],
    *[("session", {"duration_minutes": wrong}, "duration_minutes", "Give a ")
      for wrong in ("", "abc", "4", "721", "-60", "60.5", "1e3", "99999999999999999999")],
    ("session", {"type": "secret"}, "type", "Choose a type"),
    ("session", {"type": ""}, "type", "Choose a type"),
    ("session edit", {"type": "secret"}, "type", "Choose a type"),
    ("session", {"attendees": "x" * 301}, "attendees", "300 characters"),
    ("outcome", {"status": "delivered"}, "status", "has not begun"),
    *[("subject request", {"received_on": wrong}, "received_on", sentence) for wrong, sentence in (
        ("", "Please fill this in."), ("abc", "Give a date"), ("2018-05-24", "after 25 May 2018"), ("2999-01-01", "still to come"))],
    ("subject request", {"way": "pigeon"}, "way", "Choose how"),
    *[("subject request", {"asked_by_name": wrong}, "asked_by_name", "120 characters") for wrong in ("", " ", "x" * 121)],
    *[("hide words", {"passage": wrong}, "passage", "2 to 500 characters") for wrong in ("", " ", "x", "x" * 501)],
    ("hide words", {"because": "secret"}, "because", "Choose a reason"),
    ("hide words", {"note": "x" * 1001}, "note", "1,000 characters"),
    ("outcome", {"status": "missed", "outcome_note": ""}, "status", "has not begun"),
    ("outcome", {"status": "secret"}, "status", "Choose delivered"),
    ("outcome", {"status": ""}, "status", "Choose delivered"),
    ("outcome", {"outcome_note": "x" * 8001}, "outcome_note", "8,000 characters"),
    *[("collaborator", {"email": wrong}, "email", "Give an e-mail address")
      for wrong in ("", "nobody", "a b@example.org", "a,b@example.org", "a@b", "a@é..org", "x" * 250 + "@example.org")],
    ("collaborator", {"email": "worker@example.org"}, "email", "on this team already"),
    ("collaborator", {"email": " WORKER@example.org "}, "email", "on this team already"),
    *[("collaborator", {"full_name": wrong}, "full_name", "120 characters") for wrong in ("", "x" * 121)],
    *[(form, {"invited_email": wrong}, "invited_email", "Give an e-mail address") for form in ("property manager", "operator")
      for wrong in ("", "nobody", "a b@example.org", "a,b@example.org", "a@b", "a@é..org", "x" * 250 + "@example.org")],
    *[(form, {"invited_name": wrong}, "invited_name", "120 characters") for form in ("property manager", "operator") for wrong in ("", "x" * 121)],
    *[("property manager", {"invited_email": taken}, "invited_email", "works for the organisation already, or has been invited to")
      for taken in ("quay.manager@example.org", " Harbour.Admin@example.org", "invited@example.org")],
    *[("operator", {"role": wrong}, "role", "Choose org-admin or property manager") for wrong in ("", "platform_admin")],
    ("collaborator", {"kind": "secret"}, "kind", "Choose who they are"),
    ("collaborator", {"kind": "external_contact"}, "kind", "contact card"),
    ("collaborator", {"participation_mode": "secret"}, "participation_mode", "Choose their part"),
    ("collaborator", {"participation_mode": "reference_only"}, "participation_mode", "contact card"),
    ("contact card", {"email": "", "phone": ""}, "email", "Give an e-mail address or a telephone number"),
    ("contact card", {"email": "nobody"}, "email", "Give an e-mail address"),
    *[("contact card", {"phone": wrong}, "phone", "telephone number") for wrong in ("ring me", "1", "0" * 30)],
    ("contact card", {"full_name": ""}, "full_name", "120 characters"),
    ("contact card", {"kind": "secret"}, "kind", "Choose who they are"),
    ("contact card", {"works_for": "x" * 121}, "works_for", "120 characters"),
    ("contact card", {"role_label": "x" * 121}, "role_label", "120 characters"),
    *[("open case", {"tenant_id": wrong}, "tenant_id", "") for wrong in ("", "nonsense")],
    ("open case", {"tenant_id": "{tenant[ann]}"}, "tenant_id", "has an open case already"),
    ("open case", {"context_summary": "x" * 4001}, "context_summary", "4,000 characters"),
    ("summary", {"context_summary": "x" * 4001}, "context_summary", "4,000 characters"),
    ("close", {"closing_reason": ""}, "closing_reason", "Choose why"),
    ("close", {"closing_reason": "", "end_assignments": False}, "closing_reason", "Choose why"),
    ("close", {"closing_reason": "secret"}, "closing_reason", "Choose a reason"),
    *[(form, {"name": wrong}, "name", "160 characters") for form in ("landlord", "landlord edit") for wrong in ("", "  ", "x" * 161)],
    *[(form, {"name": "Dock"}, "name", "You have a landlord with this name already") for form in ("landlord", "landlord edit")],
    *[(form, {"address": wrong}, "address", "200 characters") for form in ("property", "property edit") for wrong in ("", " ", "x" * 201)],
    *[(form, {"town": wrong}, "town", "100 characters") for form in ("property", "property edit") for wrong in ("", " ", "x" * 101)],
    *[(form, {"postcode": wrong}, "postcode", "British postcode") for form in ("property", "property edit")
      for wrong in ("", "x", "LS6", "75001", "LS6 2A", "LS66 22AB", "nonsense words", "ls6 2ab1", "ＬＳ６２ＡＢ")],
    *[(form, {"landlord_id": wrong}, "landlord_id", "Choose one of your landlords.") for form in ("property", "property edit")
      for wrong in ("", "nonsense", "{landlord[heath]}", "{tenant[ann]}", NOBODY)],
    *[(form, {"address": "Quay 1 Street", "postcode": "ls6 2ab"}, "address", "a property at this address already") for form in ("property", "property edit")],
    *[(form, {"full_name": wrong}, "full_name", "120 characters") for form in ("tenant", "tenant edit") for wrong in ("", " ", "x" * 121)],
    *[(form, {"date_of_birth": wrong}, "date_of_birth", "Give a date") for form in ("tenant", "tenant edit")
      for wrong in ("abc", "1990-02-30", "03/02/1990", "1899-12-31", "0001-01-01", "2999-01-01")],
    *[(form, {"property_id": wrong}, "property_id", "Choose one of your properties.") for form in ("tenant", "tenant edit")
      for wrong in ("", "nonsense", "{property[heath_1]}", "{tenant[ann]}", NOBODY)],
    *[(form, {"housing_officer_note_visibility": wrong}, "housing_officer_note_visibility", "Choose as the organisation, visible, or hidden.")
      for form in ("tenant", "tenant edit") for wrong in ("", "secret")],
    *[("settings", {f"support_retention_years_{window}": wrong}, f"support_retention_years_{window}", "Give ")
      for window in ("case", "safeguarding") for wrong in ("", "abc", "0", "-1", "101", "1000", "7.5", "1e1", "99999999999999999999")],
    ("settings", {"support_retention_years_case": "31"}, "support_retention_years_safeguarding", "Keep safeguarding notes at least as long"),
    *[("settings", {"housing_officer_emails": wrong}, "housing_officer_emails", "Give e-mail addresses")
      for wrong in ("nobody", "a b@example.org", "a@b", "a@é..org", "fine@example.org\nnobody", "<script>@example.org x")],
    *[("template", {"name": wrong}, "name", "120 characters") for wrong in ("", "  ", "x" * 121)],
    *[("template", {"kind": wrong}, "kind", "Choose a kind") for wrong in ("", "secret")],
    *[("template", {"kind": "recurring_assessment", "repeats_every_months": wrong}, "repeats_every_months", sentence)
      for wrong, sentence in (("", "after how many months"), ("0", "from 1 to 60"), ("61", "from 1 to 60"), ("six", "Give a whole number"), ("9" * 30, "Give a smaller number"))],
    ("template", {"repeats_every_months": "6"}, "repeats_every_months", "no other kind"),
    *[(form, {"name": wrong}, "name", "160 characters") for form in ("organisation", "organisation edit") for wrong in ("", "  ", "x" * 161)],
    *[(form, {"name": "Harbour Homes"}, "name", "with this name already") for form in ("organisation", "organisation edit")],
    *[(form, {"plan_code": wrong}, "plan_code", "Choose a plan from the list")
      for form in ("organisation", "organisation edit") for wrong in ("secret", "")],
    *[(form, {"name": wrong}, "name", "120 characters") for form in ("plan", "plan edit") for wrong in ("", "  ", "x" * 121)],
    *[(form, {"name": "Starter"}, "name", "with this name already") for form in ("plan", "plan edit")],
    *[("plan", {"code": wrong}, "code", "small letters") for wrong in ("", "x", "Two words", "UPPER", "x" * 31)],
    ("plan", {"code": "starter"}, "code", "with this code already"),
    *[(form, {field: wrong}, field, "Give a ") for form in ("plan", "plan edit") for field in ("position", "monthly_pounds", "yearly_pounds", "tenancies")
      for wrong in ("", "abc", "9.5", "99999999999999999999")],
    *[(form, {field: "-1"}, field, "below zero") for form in ("plan", "plan edit") for field in ("monthly_pounds", "yearly_pounds")],
    *[(form, {"tenancies": "0"}, "tenancies", "at least one tenancy") for form in ("plan", "plan edit")],
    *[(form, {"users": "0"}, "users", "at least one user") for form in ("plan", "plan edit")],
    ("plan", {"users": "many"}, "users", "Give a whole number"),
    *[(form, {"position": wrong}, "position", sentence) for form in ("plan", "plan edit")
      for wrong, sentence in (("1", "this place already"), ("0", "from 1"))],
    *[(form, {"position": "32768"}, "position", "Give a smaller number") for form in ("plan", "plan edit")],
    *[("person edit", {"full_name": wrong}, "full_name", "120 characters") for wrong in ("", "  ", "x" * 121)],
    *[("person edit", {"email": wrong}, "email", "Give an e-mail address") for wrong in ("", "nobody", "a b@example.org", "x" * 250 + "@example.org")],
    *[("person edit", {"email": wrong}, "email", "has an account with this e-mail") for wrong in ("worker@example.org", " worker@example.org ")],
    *[(form, {"reason": wrong}, "reason", sentence) for form, sentence in (("hold", "Say why"), ("lift hold", "Say why"), ("unflag", "says why"))
      for wrong in ("", " \t\r\n ")],
    *[(form, {"reason": "x" * 1001}, "reason", "up to 1,000 characters") for form in ("hold", "lift hold", "unflag")],
    *[(form, {"title": wrong}, "title", "160 characters") for form in ("document", "filling") for wrong in ("", "  ", "x" * 161)],
    *[("filling", {ASKED[label]: wrong}, ASKED[label], "Please shorten this answer") for label, wrong in (
        ("name", "x" * 501), ("wishes", TWENTY_THOUSAND_AND_ONE), ("signed", "x" * 121))],
    *[("filling", {ASKED["from"]: wrong}, ASKED["from"], "Give a date") for wrong in ("abc", "2026-02-30", "04/03/2026", "1899-12-31", "2101-01-01")],
    *[("filling", {ASKED["hours"]: wrong}, ASKED["hours"], "Give a number") for wrong in (
        "abc", "7,5", "1e3", "0.00001", "1000000000000000", "1234567890.123456", "--1", "£", "½", "NaN")],
    *[("filling", {ASKED[label]: "secret"}, ASKED[label], "Choose from the list") for label in ("place", "agreed")],
    ("return", {"reason": ""}, "reason", "Say why"), ("return", {"reason": " \r\n"}, "reason", "Say why"), ("withdraw", {"reason": ""}, "reason", "Say why"),
    *[(form, {"reason": "x" * 1001}, "reason", "under 1,000 characters") for form in ("return", "withdraw")],
    *[(form, {"to_name": wrong}, "to_name", "120 characters") for form in ("send", "hand over") for wrong in ("", "  ", "x" * 121)],
    *[("send", {"to_address": wrong}, "to_address", "Give an e-mail address") for wrong in ("", "nobody", "a b@example.org", "a,b@example.org", "a@b")],
    *[("hand over", {"handed_over_on": wrong}, "handed_over_on", sentence) for wrong, sentence in (
        ("", "Say on which day"), ("abc", "Give a date"), ("1999-12-31", "after 2000"), ("2999-01-01", "still to come"))],
    *[("filling", {ASKED[label]: "before\x00after"}, None, "cannot be stored") for label in ("name", "wishes", "signed")],
    *[("export", {name: wrong}, name, "Give a date") for name in ("since", "until") for wrong in ("abc", "2024-02-30", "01/02/2024", "2024-13-01", "10000-01-01")],
    *[("export", {"since": since, "until": until}, "until", "before the first one") for since, until in (
        ("2024-01-02", "2024-01-01"), ("9999-12-31", "0001-01-01"), ("2024-02-02", "2024-02-01"))],
    ("export", {"what": "secret"}, "what", "Choose what to export"), ("export", {"what": ""}, "what", "Choose what to export"),
    ("export", {"file_type": "docx"}, "file_type", "Choose CSV or PDF"), ("export", {"file_type": ""}, "file_type", "Choose CSV or PDF"),
    # a character that cannot be stored, in each field that takes text
    *[(form, {name: "before\x00after"}, None, "cannot be stored")
      for form, each in FORMS.items() for name in each.fields
      if name in ("body", "title", "description", "attendees", "outcome_note", "full_name", "works_for", "role_label", "context_summary",
                  "name", "address", "town", "postcode", "housing_officer_emails", "invited_name", "invited_email", "email", "code", "reason", "to_name", "to_address")],
]  # fmt: skip

#: Texts that are unusual and fine: kept to the letter.
UNUSUAL = {
    "emoji": "Sara was glad 🙂👩‍👩‍👧 about the keys 🔑",
    "right to left": "قابلت سارة اليوم.\nوتحدثنا عن السكن.",
    "one very long word": "a" * 5000,
    "accents and marks": "Zoë’s naïve café, 10 °C, £5, ½, “quoted”, n̈",
    "markup": "<script>alert(1)</script> & <b>bold</b> {{ 7*7 }} {% if %} %s %(x)s ' or true--",
    "twenty thousand": "y" * 20_000,
}
