"""Subject access requests in the hand-made world: one each in Harbour, in Moor, and in Small, whose plan has no support cases. The clock of each
stands still; of each something is hidden, and files were made. Nothing waits to be made: a jobs service finds nothing to do.
"""

import hashlib

#: (tenant, organisation, the org-admin who entered it, the case and note of which something is hidden).
REQUESTS = [("ann", "harbour", "harbour_admin", "ann", "ann/professional/quay_manager"), ("gus", "moor", "moor_admin", "gus", "gus/professional/moor_admin"),
            ("jon", "small", "small_admin", "jon", "jon/professional/small_admin")]
#: What stands in the place of a bundle's bytes.
BYTES = b"PK a bundle"


def load(put, ident, full_name) -> None:
    """Writes them; `put`, `ident` and `full_name` are those of tests/world.py. The days are of this week."""
    today = put.one("select (now() at time zone 'Europe/London')::date")
    for tenant, firm, admin, case, note in REQUESTS:
        signed = {"author_id": ident("user", admin), "author_name": full_name(admin)}
        part = {"organisation_id": ident("organisation", firm), "request_id": ident("request", tenant), **signed}
        put("app.subject_access_requests", id=ident("request", tenant), tenant_id=ident("tenant", tenant), received_on=today, way="email", asked_by="representative",
            asked_by_name="A Solicitor", **signed)
        put("app.subject_access_pauses", id=ident("pause", tenant), began_on=today, why="identity", reason="Passport asked for", **part)
        put("app.subject_access_redactions", id=ident("redaction", tenant), case_id=ident("case", case), item_table="support_notes", item_id=str(ident("note", note)),
            passage="note of", because="third_party", note="A neighbour", **part)
        put("app.subject_access_bundles", id=ident("bundle", tenant), state="ready", attempts=1, made_at=today, size_bytes=len(BYTES), sha256=hashlib.sha256(BYTES).digest(), **part)
        put("app.subject_access_chunks", bundle_id=ident("bundle", tenant), organisation_id=ident("organisation", firm), number=1, bytes=BYTES)
