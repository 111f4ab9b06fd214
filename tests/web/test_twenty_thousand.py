"""A firm with 20,000 tenants in as many homes: its choices and lists stay as short, as small and as few in statements as a small one's."""

import pytest

from tests.web.test_statement_counts import CHOICE, FORM, LINE, LIST
from views.choosing import MOST_OFFERED

pytestmark = pytest.mark.slow

MANY = 20_000
HOMES = """
    insert into app.properties (organisation_id, landlord_id, address, town, postcode)
    select %(firm)s, %(landlord)s, to_char(n, 'FM00000') || ' Long Street', 'Leeds', 'LS1 1AA' from generate_series(1, %(many)s) as n
"""
TENANTS = "insert into app.tenants (property_id, full_name) select id, 'Tenant ' || id from app.properties where address like '%% Long Street'"
#: address, rows it may show, most bytes, most statements
PAGES = [
    ("/support-cases/choices", MOST_OFFERED, 4_000, FORM), ("/support-cases/choices?q=19998 long", 1, 500, FORM),
    ("/tenants/choices", MOST_OFFERED, 3_000, FORM), ("/tenants/choices?q=19998 long", 1, 500, FORM),
    ("/tenants", 25, 25_000, LIST), ("/tenants?q=19998 long", 1, 10_000, LIST), ("/tenants?page=400", 25, 25_000, LIST),
    ("/support-cases/open", MOST_OFFERED, 15_000, FORM), ("/support-cases/open?tenant_id-q=19998 long", 1, 10_000, FORM),
]  # fmt: skip


@pytest.fixture(scope="module")
def crowded(console):
    """The console's world with the crowd at Quay, whose statistics are up to date."""
    world = console.world
    with world.owner() as owner:
        owner.execute(HOMES, {"firm": world.organisation["harbour"], "landlord": world.landlord["quay"], "many": MANY})
        # Before each tenant looks for their home: over a table that is thought small, 20,000 times all of it would be read.
        owner.execute("analyze app.properties")
        owner.execute(TENANTS, {})
        owner.execute("analyze app.tenants")
        assert owner.execute("select count(*) from app.tenants where landlord_id = %(its)s", {"its": world.landlord["quay"]}).fetchone()[0] > MANY
    return console


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager"])
@pytest.mark.parametrize(("address", "rows", "size", "statements"), PAGES, ids=[page[0] for page in PAGES])
def test_no_page_grows_with_the_firm(crowded, persona, address, rows, size, statements):
    """Rows, bytes and statements; a search finds the one that no list would come to."""
    client = crowded.client(persona)
    if persona == "quay_manager" and address.startswith("/tenants"):
        assert client.get(address).status_code == 404
        return
    sent = crowded.statements_of(client, address)
    body = client.get(address).data
    assert body.count(CHOICE) + body.count(LINE) + body.count(b'"label"') == rows
    assert len(body) <= size and 2 <= len(sent) <= statements, (len(body), sent)
    assert (b"19998 Long Street" in body) == ("19998" in address)
