"""Appoints a platform-admin from the owner's prompt: the first person of an installation, whom nobody could invite."""

import psycopg

from db.link_tokens import hash_of, new_token


def appoint_platform_admin(conninfo: str, email: str, full_name: str) -> tuple[str, str]:
    """Makes somebody a platform-admin, with an account if they have none. Returns its name, and the path of a link that lets them in once.

    An account that is there keeps its name, and is enabled where it was disabled.
    conninfo: a login that may act as keywork_owner. The link is good for 7 days; whoever is told of it is let in.
    Raises psycopg.errors.CheckViolation for what is no address or no name.
    """
    token = new_token()
    with psycopg.connect(conninfo) as connection:
        connection.execute("set local role keywork_owner")
        (called,) = connection.execute("select app.appoint_platform_admin(%s, %s, %s)", [email, full_name, hash_of(token)]).fetchone()
    return called, f"/link/{token}"
