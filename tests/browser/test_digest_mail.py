"""The digest as a picture: a tablet's and a phone's width, with what mail programs take away taken away."""

import re

import pytest
from playwright.sync_api import Browser

from jobs.digest_mail import as_html
from tests.browser.conftest import Desk
from tests.demo_digests import BASE_URL, closed, demo_digest
from tests.test_digest_mail import HOSTILE, with_body

pytestmark = pytest.mark.browser

#: What is shown: each kind of section, one tenant alone, a long list, and words without a blank.
DIGESTS = {
    "four": lambda: closed(demo_digest(4, hidden=(1,)), 3),
    "one": lambda: demo_digest(1),
    "thirty": lambda: demo_digest(30, hidden=(4, 11)),
    "long-words": lambda: with_body(demo_digest(1), "https://example.org/" + "x" * 300 + " " + "Donaudampfschifffahrt" * 12 + "\n" + HOSTILE),
}
#: What programs make of it: as it is, without the style block and without pictures (Gmail with other accounts), as Word reads it, in dark colours.
SHOWN = {
    "whole": lambda html: html,
    "bare": lambda html: re.sub("<style>.*</style>", "", html, flags=re.DOTALL),
    "word": lambda html: re.sub("<style>.*</style>|max-width:560px|border-radius:12px|<!--\\[if mso\\]>|<!\\[endif\\]-->", "", html, flags=re.DOTALL),
    "dark": lambda html: html,
}
#: Outlook on Windows is on no phone.
WAYS = [(way, width) for way in SHOWN for width in (600, 360) if (way, width) != ("word", 360)]


@pytest.mark.parametrize("what", DIGESTS)
@pytest.mark.parametrize(("way", "width"), WAYS)
def test_digest_mail(browser: Browser, what, width, way):
    """Nothing wider than the window, nothing asked of the network, no serious finding of axe; and a picture to look at."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if way == "dark" else "light", locale="en-GB")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content('<img src="http://127.0.0.1:9/one.gif">')
    assert asked == ["http://127.0.0.1:9/one.gif"]
    asked.clear()
    page.set_content(SHOWN[way](as_html(DIGESTS[what](), BASE_URL)))
    Desk(page, "digest_mail", str(width)).look(f"{what}-{way}")
    assert asked == []
    assert page.get_by_role("link").count() == len(DIGESTS[what]().parts)
    context.close()
