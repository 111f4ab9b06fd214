"""A month of digests in every state and for every reason, each of an officer of its own on Ann's team, put there by hand.

What is of the month that was last comes from a long time ago, so that the screens name the same moment on every day.
"""

from datetime import date, datetime

from views.digest_words import first_of
from views.words import LONDON

#: When everything here was made, sent or came back, and how screens say it.
THEN, THEN_IN_WORDS = "2020-03-03 10:00+00", "3 Mar 2020, 10:00"
REASONS = ("plan", "account_disabled", "assignment_ended", "address_not_listed", "suppressed", "tenant_hidden", "nothing_to_report")
STATES = ("waiting", "sending", "sent", "delivered", "bounced_for_now", "bounced", "complained", "failed", "unsure", "withdrawn")
#: States of an e-mail that was written to a file are those of one that was sent.
MESSAGES = (*STATES, "filed")

_OFFICER = """
    with person as (insert into app.users (email, full_name) values (%(email)s, %(name)s) returning id)
    insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name, assigned_at)
        select %(case)s, id, %(name)s, 'housing_officer', 'full', 'Somebody', '2024-01-10' from person returning user_id
"""
_DIGEST = """
    with digest as (
        insert into app.digests (organisation_id, officer_id, officer_name, address, period, composed_at, reason)
            values (%(firm)s, %(officer)s, %(name)s, %(email)s, %(month)s, %(then)s, %(reason)s) returning id
    ), entry as (
        insert into app.digest_entries (organisation_id, landlord_id, digest_id, case_id, reason, content)
            select %(firm)s, c.landlord_id, d.id, c.id, %(reason)s, case when %(reason)s::text is null then
                jsonb_build_object('tenant', 'Ann Tenant', 'closed_at', null, 'notes_are_shown', true, 'goals', '[]'::jsonb, 'sessions', '[]'::jsonb, 'notes', '[]'::jsonb) end
            from digest as d, app.support_cases as c where c.id = %(case)s
    ), message as (
        insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address, state, attempts, next_attempt_at, claimed_at, error, provider_id, created_at,
                                sent_at, state_at)
            select %(firm)s, 'digest', d.id, d.id::text, %(name)s, %(email)s, replace(%(state)s, 'filed', 'sent'), %(attempts)s, %(next)s::timestamptz,
                   %(then)s::timestamptz - interval '1 second', %(error)s, case when %(state)s in ('sent', 'delivered', 'bounced_for_now', 'bounced', 'complained') then d.id::text end, %(then)s,
                   case when %(state)s in ('sent', 'filed', 'delivered', 'bounced_for_now', 'bounced', 'complained') then %(then)s::timestamptz end, %(then)s
            from digest as d where %(state)s::text is not null returning id
    )
    select d.id, (select id from message) from digest as d
"""


def last_month() -> date:
    """The month that digests are about this month."""
    return first_of(datetime.now(LONDON).date(), 1)


def email_of(what: str) -> str:
    """The address of the officer who is called after a state or a reason."""
    return f"officer.{what}@example.org"


def name_of(what: str) -> str:
    """Their name."""
    return f"Officer {what.replace('_', ' ').title()}"


def put_officer(site, what: str, case: str = "ann"):
    """An officer on a team, called after something; their id."""
    return site.as_owner(_OFFICER, email=email_of(what), name=name_of(what), case=site.world.case[case])[0][0]


def put_digest(site, what: str, *, officer=None, month: date | None = None, error: str | None = None, attempts: int = 1, next_attempt: str = "2090-01-01 10:00+00") -> tuple:
    """A digest of a reason or with an e-mail of a state, to an officer of that name; (officer, digest, message)."""
    officer = officer or put_officer(site, what)
    digest, message = site.as_owner(
        _DIGEST, firm=site.world.organisation["harbour"], officer=officer, name=name_of(what), email=email_of(what), case=site.world.case["ann"], month=month or last_month(),
        then=THEN, reason=what if what in REASONS else None, state=what if what in MESSAGES else None, error=error, attempts=attempts, next=next_attempt)[0]
    return officer, digest, message


def suppress(site, what: str, because: str = "bounced"):
    """Nothing is sent to that officer any more; the row's id."""
    return site.as_owner("insert into app.suppressed_addresses (organisation_id, address, because, since) values (%(firm)s, %(email)s, %(because)s, %(then)s) returning id",
                         firm=site.world.organisation["harbour"], email=email_of(what), because=because, then=THEN)[0][0]
