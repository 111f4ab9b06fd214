"""Digests of July 2024 in the hand-made world: one that was delivered, one that came back, ones that nobody got; from before
Small's downgrade too, and what the jobs noted of it. Nothing is on its way: a jobs service finds nothing to send.
"""

import json

#: The month that they are about, and when they were composed and sent.
PERIOD, COMPOSED = "2024-07-01", "2024-08-01 06:00+00"

#: (organisation, officer, why they got none, what became of the e-mail, case -> why it is left out).
DIGESTS = [
    ("harbour", "officer_open", None, "delivered", {"ann": None, "ben": "tenant_hidden", "cora": None}),
    ("harbour", "officer_shut", "address_not_listed", None, {"ben": "address_not_listed"}),
    ("moor", "officer_context", None, "bounced", {"gus": None, "hal": None}),
    ("moor", "officer_shut", "address_not_listed", None, {"gus": "address_not_listed"}),
    ("small", "gone", None, "complained", {"jon": None, "joe": "nothing_to_report"}),
]

LANDLORDS = {"ann": "quay", "ben": "quay", "cora": "quay", "gus": "heath", "hal": "heath", "jon": "mill", "joe": "mill"}

#: (organisation, address of, why, who cleared it).
SUPPRESSED = [("harbour", "worker", "bounced", "Harbour Admin"), ("moor", "officer_context", "bounced", None), ("small", "gone", "complained", None)]


def load(put, ident, email_of, full_name) -> None:
    """Writes them; `put`, and the three namers are those of tests/world.py."""
    for firm, officer, reason, state, cases in DIGESTS:
        place = {"organisation_id": ident("organisation", firm)}
        digest = ident("digest", f"{firm}/{officer}")
        put("app.digests", id=digest, officer_id=ident("user", officer), officer_name=full_name(officer), address=email_of(officer),
            period=PERIOD, composed_at=COMPOSED, reason=reason, **place)
        for case, why in cases.items():
            said = {"tenant": case, "closed_at": None, "notes_are_shown": True, "goals": [], "sessions": [], "notes": []}
            put("app.digest_entries", digest_id=digest, case_id=ident("case", case), landlord_id=ident("landlord", LANDLORDS[case]),
                reason=why, content=None if why else json.dumps(said), **place)
        if state:
            put("app.outbox", id=ident("message", f"{firm}/{officer}"), kind="digest", digest_id=digest, dedup_key=f"digest/{firm}/{officer}",
                to_name=full_name(officer), to_address=email_of(officer), state=state, attempts=1, provider_id=f"{firm}-{officer}",
                created_at=COMPOSED, sent_at=COMPOSED, state_at=COMPOSED, **place)
    for firm, user, because, cleared in SUPPRESSED:
        put("app.suppressed_addresses", id=ident("suppressed", f"{firm}/{user}"), organisation_id=ident("organisation", firm), address=email_of(user),
            because=because, since=COMPOSED, cleared_at=COMPOSED if cleared else None, cleared_by_name=cleared)
    put("app.job_runs", job="compose_digests", period=PERIOD, status="done", began_at=COMPOSED, finished_at=COMPOSED, counts='{"composed": 3}')
    put("app.job_runs", job="erase_old_digests", period="2024-08-01", status="failed", began_at=COMPOSED, finished_at=COMPOSED, error="55P03")
