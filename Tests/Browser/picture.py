"""Takes the picture of the page for the README: picture.py URL FILE."""

import sys

from playwright.sync_api import sync_playwright

from conftest import chromium

url, file = sys.argv[1:]
with sync_playwright() as playwright:
    browser = chromium(playwright)
    page = browser.new_page(viewport={"width": 1600, "height": 700}, device_scale_factor=1.25, color_scheme="light")
    page.goto(url)
    page.locator("#connection[data-phase=live]").wait_for()
    # Some moves stand beside the hosts, and as one more is under way the picture is taken.
    page.locator("article.move[data-state=completed]").nth(4).wait_for(timeout=60_000)
    page.locator("article.move[data-state=running]").first.wait_for(timeout=60_000)
    page.screenshot(path=file)
    browser.close()
