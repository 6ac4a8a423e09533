"""Takes the pictures of the page for the README: picture.py URL FOLDER."""

import pathlib
import re
import sys

from playwright.sync_api import sync_playwright

from conftest import chromium
from parts import setting

url, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def looking_at(browser, address, **size):
    """The page in a window of its own, live."""
    page = browser.new_page(viewport=size, device_scale_factor=1.25, color_scheme="light")
    page.goto(url + address)
    page.locator("#connection[data-phase=live]").wait_for()
    return page


with sync_playwright() as playwright:
    browser = chromium(playwright)
    page = looking_at(browser, "/", width=1600, height=700)
    # The start of a browser slows the first moves. When there are more, and one is under way, the picture is taken.
    page.locator("#counters", has_text=re.compile(r"[3-5]\d completed")).wait_for(timeout=180_000)
    page.locator(".traveller").first.wait_for(timeout=60_000)
    page.wait_for_timeout(450)
    page.screenshot(path=folder / "fleet.png")
    page.close()

    page = looking_at(browser, "/?view=relocations&state=completed", width=1600, height=900)
    page.locator("table.moves tbody tr").first.get_by_role("link").first.click()
    page.locator("#panel .decision").wait_for()
    page.wait_for_timeout(400)
    page.screenshot(path=folder / "relocation.png")
    page.close()

    page = looking_at(browser, "/?view=policy", width=1600, height=900)
    page.locator(".preview-figures .counter-value").first.wait_for()
    before = page.locator(".preview-figures").inner_text()
    setting(page, "Tolerated probability T").fill("30")
    page.wait_for_function("(before) => document.querySelector('.preview-figures').innerText !== before", arg=before)
    page.wait_for_timeout(300)
    page.screenshot(path=folder / "policy.png")
    browser.close()
