"""What the screens of digests say where there is something particular to say: sessions of others that are not shown, and e-mails that came back for now."""

import json

from tests.world import ident

DIGEST = f"/digests/{ident('digest', 'harbour/officer_open')}"
MESSAGE = ident("message", "harbour/officer_open")
OTHERS = "Sessions that others recorded are not shown to them"
IN_THE_MAIL = "sessions that others recorded are not shown to you"


def test_whose_sessions_are_not_shown_is_said(site):
    """On the page and in both twins; nothing of the kind where all are shown, or where an earlier release did not write it down."""
    admin, case = site.visitor("harbour_admin"), site.world.case["ann"]
    for written, said in (({}, False), ({"all_sessions_are_shown": True}, False), ({"all_sessions_are_shown": False}, True)):
        site.as_owner("update app.digest_entries set content = content - 'all_sessions_are_shown' || %(written)s::jsonb where digest_id = %(digest)s and case_id = %(case)s",
                      written=json.dumps(written), digest=ident("digest", "harbour/officer_open"), case=case)
        page = admin.page(DIGEST).text
        assert "ann" in page and (OTHERS in page) is said
        twins = [" ".join(admin.get(f"{DIGEST}/{twin}").text.split()) for twin in ("email", "text")]
        assert [IN_THE_MAIL in twin for twin in twins] == [said, said]
        assert ["None that you recorded in July 2024." in twin for twin in twins] == [said, said]


def test_an_e_mail_that_came_back_for_now(site):
    """It needs somebody, who may send it again after being asked; the address is good, and nothing says otherwise."""
    admin = site.visitor("harbour_admin")
    site.as_owner("update app.outbox set state = 'bounced_for_now' where id = %(id)s", id=MESSAGE)
    for address in ("/outbox", "/outbox?show=undecided", "/digests?month=2024-07&show=unsent", DIGEST):
        assert "Came back for now" in admin.page(address).text
    assert "only for the time being: the mailbox may be full" in admin.page(DIGEST).text and "Nothing more is sent" not in admin.page(DIGEST).text
    assert "It came back for now." in admin.page(f"/outbox/{MESSAGE}/send-again").text
    assert admin.post(f"/outbox/{MESSAGE}/send-again").status_code == 303
    assert site.as_owner("select state, key_number from app.outbox where id = %(id)s", id=MESSAGE) == [("waiting", 2)]
