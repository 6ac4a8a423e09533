"""The page in a real browser, fed by a real control plane whose hosts are simulated."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lab import wait_until

# Every rule that axe has, experimental ones included; only what WCAG asks for at its highest level (AAA) is left out.
EVERY_RULE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"],
}


def tile(page, host):
    return page.locator("section.tile", has=page.get_by_role("heading", name=host, exact=True))


def container(lab, name):
    return lab.get(f"/v1/containers/{name}")


def test_it_shows_every_host_and_container_without_complaint(page, lab, complaints):
    for host in ["gateway", "host1", "host2", "host3"]:
        expect(tile(page, host)).to_contain_text("ready")
    for name in ["cache", "site"]:
        expect(tile(page, container(lab, name)["host"]).get_by_role("button", name=name)).to_be_visible()
    expect(page.locator("#banners")).to_contain_text("simulated")
    assert complaints == []


def test_relocate_now_moves_a_container_and_the_move_is_seen(page, lab, complaints):
    source = container(lab, "cache")["host"]
    tile(page, source).get_by_role("button", name="cache").click()
    page.get_by_role("button", name="Relocate now").click()
    expect(page.locator("#panel .outcome").first).to_have_text(re.compile(r"Move \d+ was asked for\."))
    wait_until(lambda: container(lab, "cache")["host"] != source and container(lab, "cache")["state"] == "running")
    page.keyboard.press("Escape")
    expect(tile(page, container(lab, "cache")["host"]).locator("button.chip", has_text="cache")).to_be_visible()
    expect(tile(page, source).locator("button.chip", has_text="cache")).to_have_count(0)
    expect(page.locator("article.move", has_text="cache").last).to_contain_text("pause")
    assert complaints == []


def test_a_move_stands_in_the_history_with_its_waterfall(page, lab, complaints):
    lab.run("move", "site")
    move = lab.get("/v1/relocations?container=site&limit=1")["items"][0]
    page.get_by_role("link", name="History").click()
    row = page.locator("table.moves tbody tr", has_text=f"#{move['id']} ")
    expect(row).to_contain_text(f"{move['source']} → {move['destination']}")
    expect(row).to_contain_text("completed")
    expect(row.locator("svg.waterfall rect.lane")).to_have_count(len(move["steps"]))
    row.get_by_role("link", name=f"Move {move['id']} in full").click()
    expect(page.locator("#panel table.steps tbody tr")).to_have_count(len(move["steps"]))
    assert complaints == []


def test_a_lost_control_plane_is_shown_and_its_return_heals_the_page(page, lab, complaints):
    lab.kill_control_plane()
    expect(page.locator("#connection")).to_have_text("not connected")
    expect(page.locator("#banners")).to_contain_text("What you see is as of")
    lab.up()
    page.get_by_role("button", name="Try now").or_(page.locator("#connection[data-phase=live]")).first.click()
    expect(page.locator("#connection")).to_have_text("live")
    lab.run("move", "cache")
    expect(tile(page, container(lab, "cache")["host"]).locator("button.chip", has_text="cache")).to_be_visible()
    # While nobody listens, the browser itself reports each refused connection.
    assert [text for text in complaints if "ERR_" not in text] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "view", ["/", "/?view=history", "/?panel=container:cache", "/?panel=host:host1", "/?panel=relocation:1"])
def test_axe_finds_nothing_to_object_to(page, lab, scheme, view):
    if not lab.get("/v1/relocations?limit=1")["items"]:
        lab.run("move", "cache")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(lab.url + view)
    page.locator("#connection[data-phase=live]").wait_for()
    if "panel" in view:
        page.locator("#panel[open] h2").wait_for()
    results = Axe().run(page, options=EVERY_RULE)
    assert results.violations_count == 0, results.generate_report()
