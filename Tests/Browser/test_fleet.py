"""The fleet in a real browser, fed by a real control plane whose hosts are simulated."""

import re

from playwright.sync_api import expect

from lab import wait_until
from parts import chip, tile


def test_it_shows_every_host_and_container(page, lab):
    for host in ["gateway", *lab.hosts]:
        expect(tile(page, host)).to_contain_text("ready")
    for container in lab.get("/v1/containers")["items"]:
        expect(chip(page, container["host"], container["name"])).to_be_visible()
    expect(page.locator("#banners")).to_contain_text("simulated")


def test_a_container_is_created_and_appears_on_a_host(page, lab, complaints):
    page.get_by_role("button", name="New container").click()
    form = page.get_by_role("dialog", name="New container")
    form.locator("[name=tenant]").select_option("acme")
    form.locator("[name=name]").fill("fresh")
    form.locator("[name=ports]").fill("8080")
    form.get_by_role("button", name="Create").click()
    # The image has no command of its own, and the control plane says so.
    expect(form.get_by_role("status")).to_contain_text("names no command")
    expect(form.locator("[name=command]")).to_be_focused()
    form.locator("[name=command]").fill("/bin/stand-in")
    form.get_by_text("curl", exact=True).click()
    expect(form.locator(".curl code")).to_contain_text('"name":"fresh"')
    form.get_by_role("button", name="Create").click()
    expect(page.locator("#panel h2")).to_have_text("fresh")
    wait_until(lambda: lab.container("fresh")["state"] == "running")
    page.keyboard.press("Escape")
    expect(chip(page, lab.container("fresh")["host"], "fresh")).to_be_visible()
    lab.settle()
    # The browser reports the refused request by itself.
    complaints.allow("422")


def test_a_wrong_name_is_refused_in_words_and_the_form_stays(page):
    page.get_by_role("button", name="New container").click()
    form = page.get_by_role("dialog", name="New container")
    form.locator("[name=name]").fill("Not A Name")
    form.get_by_role("button", name="Create").click()
    expect(form.get_by_role("status")).to_contain_text("lower-case letters")
    expect(form.locator("[name=name]")).to_be_focused()


def test_relocate_now_moves_a_container_and_the_move_is_seen(page, lab):
    source = lab.container("cache")["host"]
    chip(page, source, "cache").click()
    page.get_by_role("button", name="Relocate now").click()
    expect(page.locator("#panel").get_by_text(re.compile(r"Move \d+ was asked for\."))).to_be_visible()
    wait_until(lambda: lab.container("cache")["host"] != source and lab.container("cache")["state"] == "running")
    page.keyboard.press("Escape")
    expect(chip(page, lab.container("cache")["host"], "cache")).to_be_visible()
    expect(chip(page, source, "cache")).to_have_count(0)
    expect(page.locator("article.move", has_text="cache").last).to_contain_text("pause")


def test_a_move_is_seen_on_its_way_with_its_step_and_its_milliseconds(page, lab):
    page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => document.querySelectorAll(".traveller").forEach((node) => seen.push(node.textContent)))
            .observe(document.querySelector(".picture-field"), { subtree: true, childList: true, characterData: true });
    }""")
    # The part of the page that shows moves is fetched with the first of them.
    lab.run("move", "docs")
    lab.run("move", "docs")
    page.wait_for_function(r"() => seen.some((text) => /docs(prepare|arm|steer|checkpoint|restore|release|announce|seal|retire).* (ms|s)$/.test(text))")
    page.wait_for_function("() => !document.querySelector('.traveller')")
    expect(chip(page, lab.container("docs")["host"], "docs")).to_be_visible()


def test_a_dry_run_shows_candidates_and_moves_nothing(page, lab):
    before = lab.container("site")["host"]
    count = len(lab.get("/v1/relocations?container=site")["items"])
    chip(page, before, "site").click()
    page.get_by_role("button", name="Dry run").click()
    rows = page.locator("#panel table.candidates tbody tr")
    expect(rows).to_have_count(len(lab.hosts) - 1)
    expect(page.locator("#panel .decision")).to_contain_text("Chosen:")
    page.locator("#panel .excluded summary").click()
    expect(page.locator("#panel .excluded")).to_contain_text("the container is there already")
    assert len(lab.get("/v1/relocations?container=site")["items"]) == count


def test_a_pinned_container_says_so_until_it_is_unpinned(page, lab):
    host = lab.container("site")["host"]
    chip(page, host, "site").click()
    panel = page.locator("#panel")
    panel.get_by_role("button", name="Pin here").click()
    expect(panel.get_by_text("Say why")).to_be_visible()
    panel.get_by_label("Why").fill("backup runs")
    panel.get_by_role("button", name="Pin here").click()
    expect(panel.get_by_role("button", name="Unpin")).to_be_visible()
    expect(panel).to_contain_text("backup runs")
    assert lab.container("site")["pin"]["reason"] == "backup runs"
    panel.get_by_role("button", name="Unpin").click()
    expect(panel.get_by_role("button", name="Pin here")).to_be_visible()


def test_a_host_is_drained_with_its_progress_and_opened_again(page, lab):
    host = lab.container("cache")["host"]
    tile(page, host).get_by_role("link", name=host).click()
    panel = page.locator("#panel")
    panel.get_by_role("button", name=f"Drain {host}").click()
    expect(panel.locator(".progress")).to_contain_text("Drained", timeout=30_000)
    page.keyboard.press("Escape")
    expect(tile(page, host).locator("button.chip")).to_have_count(0)
    assert all(container["host"] != host for container in lab.get("/v1/containers")["items"])
    tile(page, host).get_by_role("link", name=host).click()
    panel.get_by_role("button", name=f"Uncordon {host}").or_(panel.get_by_role("button", name="Stop the drain")).click()
    expect(panel.locator(".badges").first).to_contain_text("ready")


def test_one_tenant_is_shown_without_moving_anything(page, lab):
    # Within the map: an alarm that comes just then moves all of it.
    places = "() => [...document.querySelectorAll('.tile')].map((tile) => [tile.offsetLeft, tile.offsetTop])"
    before = page.evaluate(places)
    page.get_by_role("group", name="Show one tenant").get_by_role("button", name="acme").click()
    expect(page.locator(".chip.dim").first).to_be_visible()
    assert "tenant=acme" in page.url
    assert page.evaluate(places) == before


def test_a_lost_control_plane_is_shown_and_its_return_heals_the_page(page, lab, complaints):
    lab.kill_control_plane()
    expect(page.locator("#connection")).to_have_text("not connected")
    expect(page.locator("#banners")).to_contain_text("What you see is as of")
    lab.up()
    # It may heal by itself at this very moment: then the button is gone from sight, and asks for nothing.
    page.locator("#banners button", has_text="Try now").dispatch_event("click")
    expect(page.locator("#connection")).to_have_text("live")
    lab.run("move", "cache")
    expect(chip(page, lab.container("cache")["host"], "cache")).to_be_visible()
    # While nobody listens, the browser itself reports each refused connection.
    complaints.allow("ERR_")


def test_a_container_is_deleted_only_after_a_question(page, lab):
    wait_until(lambda: lab.container("fresh")["state"] == "running")
    chip(page, lab.container("fresh")["host"], "fresh").click()
    panel = page.locator("#panel")
    panel.get_by_role("button", name="Delete fresh…").click()
    panel.get_by_role("button", name="Keep it").click()
    panel.get_by_role("button", name="Delete fresh…").click()
    panel.get_by_role("button", name="Delete fresh", exact=True).click()
    wait_until(lambda: "fresh" not in [container["name"] for container in lab.get("/v1/containers")["items"]])
    expect(panel).to_contain_text("not in the fleet any more")
