import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from lab import SimulatedLab

NAMES = ["chromium", "chromium-browser", "google-chrome"]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with SimulatedLab(tmp_path_factory.mktemp("page")) as lab:
        yield lab


def chromium(playwright):
    """The machine's own Chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium is on PATH; scripts/bootstrap --test installs it"
    # Chromium's own sandbox refuses to run as root.
    return playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


class Complaints(list):
    """What the browser complained of: errors on the console, uncaught exceptions, breaches of the page's policy."""

    allowed = ()

    def allow(self, word):
        """Complaints with this word are the test's own doing, also those that arrive later: the browser takes its time."""
        self.allowed += (word,)

    def unexpected(self):
        return [text for text in self if not any(word in text for word in self.allowed)]

    def follow(self, page):
        page.on("console", lambda message: message.type == "error" and self.append(message.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.expose_function("reportBreach", lambda text: self.append(text))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " reportBreach(`policy breached: ${event.violatedDirective} ${event.blockedURI}`))")


@pytest.fixture
def complaints():
    """Nothing, at the end of each test: whatever the browser complains of fails it, unless the test allows it."""
    complaints = Complaints()
    yield complaints
    assert complaints.unexpected() == []


@pytest.fixture
def open_page(browser, lab, complaints):
    """Opens the page in a window of its own, looking at an address; gives it when it is live.

    What has to be done to the window before it asks for anything is `prepare`.
    """
    contexts = []

    def open_page(address="/", width=1280, height=900, prepare=None, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        complaints.follow(page)
        if prepare:
            prepare(page)
        page.goto(lab.url + address)
        page.locator("#connection[data-phase=live]").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page):
    """The page, loaded and live."""
    return open_page()
