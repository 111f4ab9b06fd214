"""Demo data: templates of the starter pack, and a few documents that somebody is at: drafts, one that came back, some that wait for approval.

None is approved: with an approval comes its PDF, which the console makes. The first thing to try is to approve one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from db.demo.timeline import uid

#: Each organisation whose plan has support cases adds the pack soon after it began.
_PACK = """
    from (select distinct on (m.organisation_id) m.organisation_id, u.id, u.full_name, m.created_at + interval '3 days' as at
          from app.memberships as m
          join app.users as u on u.id = m.user_id
          join app.organisations as o on o.id = m.organisation_id
          join app.feature_gates as gate on gate.plan_code = o.plan_code and gate.feature_key = 'support_cases'
          where m.role = 'org_admin' order by m.organisation_id, u.email) as a
    cross join app.starter_templates() as s
"""
TEMPLATES = f"""
    insert into app.document_templates (id, organisation_id, kind, name, repeats_every_months, starter_key, created_at)
    select md5(a.organisation_id || s.starter_key)::uuid, a.organisation_id, s.kind, s.name, s.repeats_every_months, s.starter_key, a.at {_PACK}
"""
WORDINGS = f"""
    insert into app.document_template_versions (id, organisation_id, template_id, parts, author_id, author_name, created_at)
    select md5(a.organisation_id || s.starter_key || '/1')::uuid, a.organisation_id, md5(a.organisation_id || s.starter_key)::uuid, s.parts, a.id, a.full_name, a.at {_PACK}
"""

#: Open cases of each such organisation with a support worker who takes part in full, and whoever approves there: the cases that opened first.
CASES = """
    select * from (
        select c.id, c.organisation_id, m.user_id, m.full_name, a.id as admin_id, a.full_name as admin_name,
               row_number() over (partition by c.organisation_id order by c.opened_at, c.id) as place
        from app.support_cases as c
        cross join lateral (select m.user_id, m.full_name from app.support_collaborators as m
                            where m.case_id = c.id and m.kind = 'support_worker' and m.participation_mode = 'full' and m.ended_at is null and m.accepted_at is not null
                            order by m.assigned_at, m.id limit 1) as m
        cross join lateral (select u.id, u.full_name from app.memberships as o join app.users as u on u.id = o.user_id
                            where o.organisation_id = c.organisation_id and o.role = 'org_admin' order by u.email limit 1) as a
        where c.closed_at is null) as c
    where place = %s and exists (select from app.document_templates as t where t.organisation_id = c.organisation_id)
    order by organisation_id
"""

DOCUMENT = """
    insert into app.support_documents (id, case_id, template_version_id, title, answers, state, step, step_reason, content, content_sha256, revision,
                                       author_id, author_name, created_at, changed_at, submitted_at)
    select %(id)s, %(case)s, v.id, %(title)s, %(answers)s, %(state)s, %(step)s, %(reason)s, c.said, sha256(convert_to(c.said::text, 'UTF8')), %(revision)s,
           %(author)s, %(author_name)s, %(begun)s, %(changed)s, %(submitted)s
    from app.document_template_versions as v
    cross join lateral (select case when %(state)s = 'submitted' then
        app.content_of(%(case)s, v.id, %(title)s, %(answers)s, %(author_name)s, 1) || jsonb_build_object('dated', (%(submitted)s::timestamptz at time zone 'Europe/London')::date) end as said) as c
    where v.id = md5(%(firm)s || %(template)s || '/1')::uuid
"""
EVENT = """
    insert into app.support_document_events (organisation_id, landlord_id, case_id, document_id, step, from_state, to_state, actor_id, actor_name, happened_at, reason)
    select d.organisation_id, d.landlord_id, d.case_id, d.id, %s, %s, %s, %s, %s, %s, %s from app.support_documents as d where d.id = %s
"""


@dataclass(frozen=True)
class _Planned:
    """A document of the case in that place: begun so many days ago, in a state ("returned": a draft that was handed in once), and what is answered."""

    place: int
    template: str
    title: str
    days_ago: int
    state: str
    answers: dict[str, object] = field(default_factory=dict)


ABOUT_THE_SAME, BETTER = "About the same", "Getting better"
PLANNED = (
    _Planned(1, "support_review", "Six-monthly review", 4, "submitted", {
        "Who was there": "Tenant and support worker, at the kitchen table",
        "What went well, and what you are proud of": "Paid the rent six months running. Cooks on Sundays and has started to ask the neighbour round.",
        "What has been hard": "The weeks after the benefit letter. Slept badly and did not open the post.",
        "What you wanted to work on, and how far you got": "Post: opened together each Tuesday, and since last month alone.\nGP: registered, first check-up done.",
        "Your health": BETTER, "Your mental health and wellbeing": ABOUT_THE_SAME, "Money and benefits": BETTER, "Your safety": "Going well",
        "Family, friends and relationships": ABOUT_THE_SAME, "Running your home": "Going well", "How you use your time": BETTER,
        "Your rent account": "Up to date", "How much support you need from now on": "As much as now", "Hours of support for a week from now on": 2.5,
        "The people we call in an emergency are still the right ones": True, "The risk assessment still describes how things are": True,
        "You know how to complain, and who can help you with it": True,
        "What you want to work on next, and the first step for each": "A bus pass: fill in the form on Tuesday.\nThe allotment: go and look together on the first dry Saturday.",
    }),
    _Planned(1, "key_work_session", "Key-work meeting", 1, "draft", {
        "How long it took, in minutes": 45, "Where it was": "At home", "Who was there": "Tenant and support worker",
        "Subjects": ["Money and benefits", "Rent"],
    }),
    _Planned(2, "welcome_letter", "Welcome letter", 9, "returned", {
        "What you have signed": "A licence agreement", "Rent and service charges for a week, in pounds": 182.4,
        "Your support worker, and how to reach them": "Your support worker, 0113 496 0000, Monday to Friday",
        "To report a repair": "0113 496 0001, at any time", "When the office is closed": "0113 496 0002, for what cannot wait",
    }),
    _Planned(3, "support_agreement", "Support agreement", 6, "submitted", {
        "Your support worker": "As in Keywork", "How to reach your support worker": "0113 496 0000, or leave word at the office",
        "How often we meet": "Once a week", "Where and when we usually meet": "At home, Tuesdays at ten",
        "What you want to change or keep, in your own words": "I want to keep this place and get my evenings back.",
        "What we work on first": "The rent account, then something to do on weekday evenings.",
    }),
)  # fmt: skip
#: What an operator had to say about the letter that came back.
REASON = "Please add how they pay their part of the rent, and when you first meet."
#: What every such document is given, where it asks for it and nothing else was said.
ANYHOW = {"date": lambda day: day.isoformat(), "signature": lambda day: "Signed in the office"}


def put_in(connection: psycopg.Connection, until: datetime) -> None:
    """Puts them in, as the owner, as of that moment; the trail says what happened in its time."""
    connection.execute(TEMPLATES)
    connection.execute(WORDINGS)
    connection.execute("alter table app.support_documents disable trigger steps_are_written_down")
    for planned in PLANNED:
        [(parts,)] = connection.execute("select parts from app.starter_templates() where starter_key = %s", [planned.template]).fetchall()
        for case in connection.execute(CASES, [planned.place]).fetchall():
            _write(connection, planned, parts, case, until)
    connection.execute("alter table app.support_documents enable trigger steps_are_written_down")


def _write(connection: psycopg.Connection, planned: _Planned, parts: list[dict], case: tuple, until: datetime) -> None:
    case_id, firm, worker, worker_name, admin, admin_name, _ = case
    begun = until - timedelta(days=planned.days_ago, hours=3)
    handed_in, returned = begun + timedelta(hours=26), begun + timedelta(hours=50)
    its_id, is_draft = uid("document", f"{case_id}/{planned.title}"), planned.state in ("draft", "returned")
    changed = {"draft": begun, "returned": returned, "submitted": handed_in}[planned.state]
    connection.execute(DOCUMENT, {
        "id": its_id, "case": case_id, "firm": str(firm), "template": planned.template, "title": planned.title, "answers": Jsonb(_answers(planned, parts, begun)),
        "state": "draft" if is_draft else planned.state, "step": {"returned": "return", "submitted": "submit"}.get(planned.state),
        "reason": REASON if planned.state == "returned" else None, "revision": 3, "author": worker, "author_name": worker_name,
        "begun": begun, "changed": changed, "submitted": None if is_draft else handed_in})
    trail = [("begin", None, "draft", worker, worker_name, begun, None)]
    if planned.state != "draft":
        trail.append(("submit", "draft", "submitted", worker, worker_name, handed_in, None))
    if planned.state == "returned":
        trail.append(("return", "submitted", "draft", admin, admin_name, returned, REASON))
    for line in trail:
        connection.execute(EVENT, [*line, its_id])


def _answers(planned: _Planned, parts: list[dict], begun: datetime) -> dict[str, object]:
    """By the ids of the questions. Raises KeyError for an answer to what the template does not ask."""
    asked = {part["words"]: part for part in parts}
    answers = {asked[words]["id"]: answer for words, answer in planned.answers.items()}
    if planned.state != "draft":
        answers |= {part["id"]: ANYHOW[part["type"]](begun.date()) for part in parts if part.get("required") and part["type"] in ANYHOW}
    return answers
