"""Takes the picture of the page for the README: picture.py URL FILE."""

import re
import sys

from playwright.sync_api import sync_playwright

from conftest import chromium

url, file = sys.argv[1:]
with sync_playwright() as playwright:
    browser = chromium(playwright)
    page = browser.new_page(viewport={"width": 1600, "height": 700}, device_scale_factor=1.25, color_scheme="light")
    page.goto(url)
    page.locator("#connection[data-phase=live]").wait_for()
    # The start of a browser slows the first moves. When there are more, and one is under way, the picture is taken.
    page.locator("#counters", has_text=re.compile(r"[3-5]\d completed")).wait_for(timeout=180_000)
    page.locator("article.move[data-state=running]").first.wait_for(timeout=60_000)
    page.screenshot(path=file)
    browser.close()
