"""A person's browser without the looks: it keeps cookies, reads forms as they are served, and sends them back."""

import contextlib
import re
import uuid
from collections.abc import Iterator

import httpx

from tests.web.pages import Page, PageForm

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """One visitor of the site at `address`; redirects are followed only when a test says so."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._token: str | None = None

    def get(self, path: str, **options: object) -> httpx.Response:
        """GET of a path on the site."""
        return self.client.get(path, **options)

    def page(self, path: str) -> Page:
        """A page that answers 200, parsed."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return Page(answer.text)

    def send(self, path: str, **fields: object) -> httpx.Response:
        """POST of exactly these fields with the session's CSRF token, as a script that guesses addresses would."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def post(self, path: str, *, page: str | None = None, **fields: object) -> httpx.Response:
        """Fills in the form that `page` (by default the same path) serves, and sends it whole.

        A checkbox is given as True or False; fields that are not given go as they were served.
        """
        names = [name for name in fields if name != "id"]
        form = self.page(page or path).form_with(*(names or ["csrf_token"]))
        return self.fill(form, path, **fields)

    def fill(self, form: PageForm, path: str, **fields: object) -> httpx.Response:
        """Sends a form that was read before, with these fields changed."""
        values = {name: each.value for name, each in form.controls.items() if name} | fields
        data = {name: "y" if value is True else value for name, value in values.items() if value is not False}
        return self.client.post(path, data=data)

    def token(self, page: str = "/login/") -> str:
        """The session's CSRF token; it holds until the person signs out."""
        if self._token is None:
            self._token = token_in(self.client.get(page, follow_redirects=True).text)
        return self._token

    def sign_in(self, email: str, password: str, *, heading_for: str = "") -> httpx.Response:
        """Signs in by password; the answer is a redirect when it worked."""
        path = "/login/" + (f"?next={heading_for}" if heading_for else "")
        return self.client.post(path, data={"csrf_token": self.token(), "username": email, "password": password})


def token_in(markup: str) -> str:
    """The CSRF token of a page's first form."""
    return _TOKEN.search(markup)[1]


def new_id() -> str:
    """An id for a row that a form will make."""
    return str(uuid.uuid4())


@contextlib.contextmanager
def visiting(address: str) -> Iterator[Visitor]:
    """Somebody who has not signed in."""
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield Visitor(client)
