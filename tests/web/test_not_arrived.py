"""An e-mail of which nobody knows, and of which nothing may be said any more, is not undecided for ever: the org-admin says that it did not arrive."""

import psycopg
import pytest

from tests.outbox import put_message

UNDECIDED, SAYS = "/outbox?show=undecided", "/outbox/{}/not-arrived"
OVER = {
    "rights ended": "update app.digests set reason = 'assignment_ended' where id = (select digest_id from app.outbox where id = %(id)s)",
    "too old": "update app.digests set erased_at = now() where id = (select digest_id from app.outbox where id = %(id)s)",
}


def state(site, message) -> str:
    """What the outbox says of an e-mail."""
    return site.as_owner("select state from app.outbox where id = %(id)s", id=message)[0][0]


@pytest.mark.parametrize("number, change", [*enumerate(OVER.values(), start=501)], ids=OVER)
def test_it_did_not_arrive(site, number, change):
    """It is withdrawn, and is nothing to be decided any more; who said so is written down."""
    message = put_message(site.world, number, state="unsure")
    site.as_owner(change, id=message)
    admin = site.visitor("harbour_admin")
    page = admin.page(UNDECIDED)
    assert f"Officer.{number}@" in page.text and SAYS.format(message) in admin.get(UNDECIDED).text and "Send again" not in page.text
    assert admin.post(SAYS.format(message)).status_code == 303
    assert state(site, message) == "withdrawn"
    assert f"Officer.{number}@" not in admin.page(UNDECIDED).text
    assert site.as_owner("select actor_name, row_kind from app.audit_log where table_name = 'outbox' and row_id = %(id)s", id=message) == [("Harbour Admin", "not_arrived")]
    assert admin.get(SAYS.format(message)).status_code == 404


def test_what_may_go_again_is_sent_again_instead(site):
    """There is no such address for it, and a post changes nothing; nor for anybody of another firm."""
    message = put_message(site.world, 503, state="unsure")
    admin = site.visitor("harbour_admin")
    assert SAYS.format(message) not in admin.get(UNDECIDED).text and admin.get(SAYS.format(message)).status_code == 404
    admin.send(SAYS.format(message))
    assert state(site, message) == "unsure"
    site.as_owner(OVER["rights ended"], id=message)
    assert admin.get(SAYS.format(message)).status_code == 200
    assert site.visitor("moor_admin").get(SAYS.format(message)).status_code == 404
    with site.world.as_("moor_admin") as other, pytest.raises(psycopg.Error) as refused:
        other.execute("select app.message_did_not_arrive(%s)", [message])
    assert refused.value.sqlstate == "KW404"
    assert state(site, message) == "unsure"
