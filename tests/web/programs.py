"""A program that calls the API for somebody: it signs in, sends its token, and reads answers."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

RESOURCES = ("cases", "notes", "goals", "goal-progress", "sessions", "collaborators", "documents")
#: Resource -> the table whose rows it shows.
TABLES = {"cases": "support_cases", "notes": "support_notes", "goals": "support_goals", "goal-progress": "support_goal_progress",
          "sessions": "support_sessions", "collaborators": "support_collaborators", "documents": "support_documents"}
SIGN_IN = "/api/v1/security/login"


@dataclass
class Program:
    """One program, signed in or not."""

    client: httpx.Client
    tokens: dict[str, str]

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None, **options: object) -> httpx.Response:
        """Calls an address below /api/v1/ with the access token, or another one."""
        bearer = token or self.tokens.get("access_token")
        headers = ({"Authorization": f"Bearer {bearer}"} if bearer else {}) | options.pop("headers", {})
        sent = {"json": body} if body is not None else {}
        return self.client.request(method, f"/api/v1/{path}", headers=headers, **sent, **options)

    def list(self, resource: str, **asked: object) -> dict:
        """A page of a resource, which must answer 200."""
        answer = self.ask(resource, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, resource: str, **asked: object) -> httpx.Response:
        """Asks for a page, as JSON in q."""
        return self.call("GET", resource, params={"q": json.dumps(asked, default=str)} if asked else {})

    def all_ids(self, resource: str) -> set[str]:
        """The ids of every row, page by page."""
        found, page = [], 0
        while True:
            ids = self.list(resource, page=page, page_size=100)["ids"]
            found, page = found + ids, page + 1
            if len(ids) < 100:
                assert len(set(found)) == len(found), "a row stands on two pages"
                return set(found)


@contextlib.contextmanager
def calling(address: str, email: str | None = None, password: str = "", **more: object) -> Iterator[Program]:
    """A program at an address, signed in as whoever has the e-mail address, if one is given.

    Each calls from an address of its own, so that tokens that are no good use up no other test's sixty.
    """
    elsewhere = httpx.HTTPTransport(local_address=f"127.{secrets.randbelow(250) + 1}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}")
    with httpx.Client(base_url=address, timeout=60, trust_env=False, transport=elsewhere) as client:
        program = Program(client, {})
        if email:
            answer = program.call("POST", "security/login", {"username": email, "password": password, "refresh": True, **more})
            assert answer.status_code == 200, answer.text
            program.tokens = answer.json()
        yield program


def program_of(site, persona: str | None = None, **more: object):
    """A program at a site, signed in as a persona of its world on the side that the persona's hat is on."""
    if persona is None:
        return calling(site.address)
    who = site.world.personas[persona]
    side = {"side": "collaborator" if who.hat == "collaborator" else "operator"} if who.hat != "platform_admin" else {}
    return calling(site.address, who.email, site.world.password, **side | more)


def filters(**values: object) -> list[dict[str, object]]:
    """Conditions that columns are values."""
    return [{"col": name, "opr": "eq", "value": str(value) if not isinstance(value, bool) else value} for name, value in values.items()]
