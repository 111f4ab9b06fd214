"""Fixtures of the browser walks: gunicorn over the demo data, and Debian's headless Chromium driven by Playwright."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.web.conftest import web  # noqa: F401  (a fixture: here it gives a web server beside that of tests/web)

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome")
#: Nothing in the background: a test speaks to this machine only.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
#: What the browser says of refusals and lost connections that a test brings about.
EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
#: axe-core, with a bound: what a page evaluates has none of its own, and a frame that never answers would be waited for without end.
AXE = """() => Promise.race([axe.run({resultTypes: ["violations"]}).then(results => results.violations),
                            new Promise((_, give_up) => setTimeout(() => give_up(new Error("axe has not answered for 30 seconds")), 30000))])"""
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def browser():
    """The browser; a machine without one fails here, saying what to install."""
    found = os.environ.get("KEYWORK_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("no Chromium on this machine: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="module")
def demo_site(web):
    """A served console over the demo data, the module's own copy."""
    with web("demo") as site:
        yield site


@dataclass
class Desk:
    """One person at one browser window."""

    page: Page
    name: str
    width: str

    def sign_in(self, email: str, password: str) -> None:
        """Signs in on the sign-in page and waits for where it leads."""
        self.page.goto("/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def sign_out(self) -> None:
        """Signs out through the menu, which a phone opens first."""
        if self.width == "phone":
            self.page.get_by_role("button", name="Menu", exact=True).click()
        self.page.get_by_role("button", name="Sign out").click()
        self.page.wait_for_url("**/login/")

    def look(self, what: str) -> None:
        """Keeps a screenshot for people to open, and checks the page as it is now: nothing wider than the window, no table wider than its frame, no
        serious finding of axe-core."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state()
        self._keep(SCREENSHOTS / f"{self.name}-{what}-{self.width}.png")
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{what} is {overflow} px wider than the window"
        cut_off = self.page.evaluate("[...document.querySelectorAll('.table-frame')].filter(frame => frame.scrollWidth > frame.clientWidth)"
                                     ".map(frame => `${frame.innerText.slice(0, 40)}: ${frame.scrollWidth - frame.clientWidth} px`)")
        assert cut_off == [], f"tables of {what} are wider than their frames"
        self.page.evaluate(Axe().axe_script)
        serious = [f"{v['id']}: {v['help']} ({v['nodes'][0]['html']})" for v in self.page.evaluate(AXE) if v["impact"] in ("serious", "critical")]
        assert serious == [], f"{what}: {serious}"

    def _keep(self, path: Path) -> None:
        try:
            self.page.screenshot(path=path, full_page=True)
        except Error as error:
            # Of a page that has just taken another's place Chromium now and then has no picture yet.
            if "Unable to capture screenshot" not in error.message:
                raise
            self.page.screenshot(path=path, full_page=True)


@pytest.fixture(params=WIDTHS)
def desk(request, browser: Browser, demo_site):
    """A fresh window on the demo site, once at each width."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(
        base_url=demo_site.address, viewport={"width": width, "height": height}, has_touch=request.param == "phone",
        locale="en-GB", timezone_id="Europe/London",
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" and not any(known in message.text for known in EXPECTED) else None)
    yield Desk(page, request.node.originalname.removeprefix("test_"), request.param)
    context.close()
    assert problems == [], "the browser's console complained"
