"""Policies: seen before they are saved, and never lost to somebody who is faster."""

import re

import pytest
from playwright.sync_api import expect

from parts import setting

PAGE = "/?view=policy"


@pytest.fixture(autouse=True)
def as_it_was(lab):
    """Puts the policy back after each test."""
    before = lab.get("/v1/policies/default")
    yield
    for name in ["version", "changedAt", "changedBy", "derived", "name"]:
        before.pop(name, None)
    present = lab.get("/v1/policies/default")["version"]
    lab.send("PUT", "/v1/policies/default", before, {"If-Match": f'"{present}"'})


def shown(page):
    """Waits until the preview has been drawn."""
    expect(page.locator(".preview-figures")).to_contain_text("Mean stay")
    return page.locator(".preview-figures .counter-value").first


def test_the_preview_follows_the_edits_and_saves_nothing(open_page, lab):
    page = open_page(PAGE)
    before = shown(page).inner_text()
    setting(page, "Tolerated probability T").fill("40")
    expect(shown(page)).not_to_have_text(before)
    expect(page.locator(".chart-key")).to_contain_text("as it holds now")
    expect(page.locator(".save-bar")).to_contain_text("1 edit: Tolerated probability T 13 % → 40 %")
    assert lab.get("/v1/policies/default")["clock"]["threshold"] == 0.13


def test_an_edit_is_saved_and_stands_in_the_history(open_page, lab):
    page = open_page(PAGE)
    shown(page)
    setting(page, "Tolerated probability T").fill("20")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".save-bar .outcome")).to_contain_text("Saved as version")
    policy = lab.get("/v1/policies/default")
    assert policy["clock"]["threshold"] == 0.2
    newest = page.locator(".versions li").first
    expect(newest).to_contain_text(f"Version {policy['version']}")
    expect(newest).to_contain_text("Tolerated probability T 13 % → 20 %")
    page.get_by_role("button", name=f"Restore version {policy['version'] - 1}").click()
    expect(page.locator(".save-bar .outcome")).to_contain_text("holds again")
    assert lab.get("/v1/policies/default")["clock"]["threshold"] == 0.13


def test_a_conflict_shows_what_differs_and_keeps_the_edits(open_page, lab, complaints):
    mine, theirs = open_page(PAGE), open_page(PAGE)
    shown(mine), shown(theirs)
    setting(mine, "Tolerated probability T").fill("25")
    setting(theirs, "Assumed attack time A").fill("50")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.locator(".save-bar .outcome")).to_contain_text("Saved as version")
    expect(mine.locator(".policy-note")).to_contain_text("Your edits are kept")
    mine.get_by_role("button", name="Save", exact=True).click()
    conflict = mine.get_by_role("alert")
    expect(conflict).to_contain_text("You changed different settings.")
    expect(conflict.locator("tr", has_text="Assumed attack time A")).to_contain_text("50 min")
    expect(conflict.locator("tr", has_text="Tolerated probability T")).to_contain_text("25 %")
    mine.get_by_role("button", name="Put my edits on top of it").click()
    expect(setting(mine, "Tolerated probability T")).to_have_value("25")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator(".save-bar .outcome")).to_contain_text("Saved as version")
    policy = lab.get("/v1/policies/default")
    assert policy["clock"]["threshold"] == 0.25 and policy["assumedAttackSeconds"] == 3000
    # The browser reports the refused save by itself.
    complaints.allow("412")


def test_a_change_by_somebody_else_is_taken_over_while_nothing_is_edited(open_page, lab):
    page = open_page(PAGE)
    shown(page)
    version = lab.get("/v1/policies/default")["version"]
    lab.send("PUT", "/v1/policies/default", {"clock": {"threshold": 0.3}}, {"If-Match": f'"{version}"'})
    expect(setting(page, "Tolerated probability T")).to_have_value("30")


def test_what_is_refused_is_told_in_words_with_values_that_work(open_page, lab, complaints):
    page = open_page(PAGE)
    shown(page)
    setting(page, "Clock").select_option("poissonTick")
    setting(page, "Tolerated probability T").fill("95")
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("This would be refused.")
    refusal.get_by_role("button").first.click()
    expect(refusal).to_be_hidden()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".save-bar")).to_contain_text("Nothing is edited.")


def test_the_weights_always_add_up_to_one(open_page):
    page = open_page(PAGE)
    shown(page)
    setting(page, "Network N").fill("60")
    values = [float(setting(page, label).input_value()) for label in ["Configuration C", "Network N", "Services S"]]
    assert values[1] == 60
    assert sum(values) == pytest.approx(100)


def test_a_policy_is_created_given_to_a_tenant_and_deleted(open_page, lab):
    page = open_page(PAGE)
    page.get_by_role("button", name="New policy").click()
    page.get_by_label("Name", exact=True).fill("careful")
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", name="Policy careful")).to_be_visible()
    expect(page.locator("#policy")).to_contain_text("Give it to a tenant")
    lab.send("PATCH", "/v1/tenants/acme", {"policy": "careful"})
    expect(page.locator("#policy")).to_contain_text(re.compile(r"Holds for \d+ containers: of acme"))
    expect(page.locator("#policy")).to_contain_text("can be deleted when no tenant")
    lab.send("PATCH", "/v1/tenants/acme", {"policy": None})
    page.get_by_role("button", name="Delete careful…").click()
    page.get_by_role("button", name="Delete careful", exact=True).click()
    expect(page.get_by_role("heading", name="Policy default")).to_be_visible()
    assert "careful" not in [policy["name"] for policy in lab.get("/v1/policies")["items"]]
