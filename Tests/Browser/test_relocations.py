"""The history of moves."""

import csv
import json

from playwright.sync_api import expect

from parts import view


def newest(lab, container):
    return lab.get(f"/v1/relocations?container={container}&limit=1")["items"][0]


def test_a_move_stands_in_the_history_with_its_waterfall_and_its_decision(page, lab):
    lab.run("move", "site")
    move = newest(lab, "site")
    view(page, "Relocations")
    row = page.locator("table.moves tbody tr", has_text=f"#{move['id']} ")
    expect(row).to_contain_text(f"{move['source']} → {move['destination']}")
    expect(row).to_contain_text("completed")
    expect(row.locator("svg.waterfall rect.lane")).to_have_count(len(move["steps"]))
    row.get_by_role("link", name=f"Move {move['id']} in full").click()
    expect(page.locator("#panel table.steps tbody tr")).to_have_count(len(move["steps"]))
    expect(page.locator("#panel .decision")).to_contain_text(f"Chosen: {move['destination']}")
    expect(page.locator("#panel table.candidates tbody tr")).to_have_count(len(lab.hosts) - 1)


def test_filters_stand_in_the_address_and_survive_a_reload(page, lab):
    lab.run("move", "cache")
    view(page, "Relocations")
    form = page.get_by_role("search", name="Filter the relocations")
    form.get_by_label("Container").fill("cache")
    form.get_by_label("State").select_option("completed")
    expect(page.locator("table.moves tbody tr").first).to_contain_text("cache")
    expect(page.locator("table.moves tbody tr", has_text="site")).to_have_count(0)
    assert "container=cache" in page.url and "state=completed" in page.url
    page.reload()
    expect(form.get_by_label("Container")).to_have_value("cache")
    expect(page.locator("table.moves tbody tr", has_text="site")).to_have_count(0)
    form.get_by_label("Container").fill("nobody")
    expect(page.get_by_text("No move matches these filters.")).to_be_visible()
    page.get_by_role("link", name="Show all moves").click()
    expect(page.locator("table.moves tbody tr", has_text="cache").first).to_be_visible()


def test_what_matches_is_exported(page, lab):
    lab.run("move", "cache")
    view(page, "Relocations")
    page.get_by_role("search", name="Filter the relocations").get_by_label("Container").fill("cache")
    wanted = lab.get("/v1/relocations?container=cache&limit=1000")["items"]
    expect(page.locator("table.moves tbody tr")).to_have_count(min(50, len(wanted)))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["id"]) for row in rows] == [move["id"] for move in wanted]
    assert float(rows[0]["pauseMilliseconds"]) == wanted[0]["pauseMilliseconds"]
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    with open(download.value.path()) as file:
        assert json.load(file) == wanted


def test_new_moves_wait_while_somebody_reads(page, lab):
    lab.run("move", "site")
    view(page, "Relocations")
    rows = page.locator("table.moves tbody tr")
    expect(rows.first).to_contain_text("site")
    rows.first.hover()
    before = rows.first.inner_text()
    lab.run("move", "cache")
    page.get_by_role("button", name="Show 1 new move").wait_for()
    assert rows.first.inner_text() == before
    page.get_by_role("button", name="Show 1 new move").click()
    expect(rows.first).to_contain_text("cache")
