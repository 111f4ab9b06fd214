"""Which e-mail addresses are kept: those that a letter can be written to, by the same rule in every table."""

import pytest
from psycopg import errors

GOOD = ["a@b.co", "nia.o'hara+keywork@example.org", "nia@é.org", "müller@exämple.org", f"a@{'x' * 63}.org", "a..b@example.org", "a@b-c.d.e.example"]
BAD = ["a@b", "a@é..org", "a@.example.org", "a@example.org.", "a@example..org", f"a@{'x' * 64}.org", f"a@b.{'x' * 64}", "a@b@c.org", "a b@example.org",
       "a,b@example.org", "@example.org", "a@", f"{'x' * 250}@example.org"]

#: Where an address is kept, and the rule that judges it there.
PLACES = {
    "user_emails_look_like_addresses": "update app.users set email = %(email)s where id = %(user)s",
    "collaborator_emails_look_like_addresses": "update app.support_collaborators set email = %(email)s where id = %(member)s",
    "invited_operators_have_an_address": "update app.memberships set invited_email = %(email)s where user_id = %(user)s",
    "housing_officer_emails_look_like_addresses":
        "update app.organisations set housing_officer_emails = array['first@example.org', %(email)s, 'last@example.org'] where id = %(organisation)s",
}  # fmt: skip


@pytest.mark.parametrize("rule", PLACES)
def test_an_address_is_one_that_mail_takes(each_world, rule):
    """Empty and overlong parts of a domain are refused: their letter would be lost without a word."""
    values = {"user": each_world.user["invited"], "member": each_world.collaborator["ann/gp"], "organisation": each_world.organisation["moor"]}
    with each_world.owner() as owner:
        for email in GOOD:
            with owner.transaction(force_rollback=True):
                assert owner.execute(PLACES[rule], {**values, "email": email}).rowcount
        for email in BAD if "officer" not in rule else [each for each in BAD if "," not in each and len(each) < 254]:
            with pytest.raises(errors.CheckViolation) as refused, owner.transaction():
                owner.execute(PLACES[rule], {**values, "email": email})
            assert refused.value.diag.constraint_name == rule, email
