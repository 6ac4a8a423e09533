"""Exposure and operation, the keyboard, and what the page weighs."""

import re

from playwright.sync_api import expect

from lab import wait_until
from parts import chip, tile, view

LARGEST = 150 * 1024


def test_exposure_shows_who_was_beside_whom(page, lab):
    # On one host at last, so that there is something to see.
    for name in ["cache", "site"]:
        if lab.container(name)["host"] != "host2":
            lab.run("move", name, "--to", "host2")
    lab.settle()
    view(page, "Exposure")
    cell = page.get_by_role("button", name=re.compile("^acme beside umbrella, "))
    expect(cell).to_be_visible()
    cell.click()
    expect(page.locator(".pair-box")).to_contain_text("acme beside umbrella")
    expect(page.locator("table.offenders tbody tr").first).to_contain_text("beside")
    page.get_by_role("button", name="In all", exact=True).click()
    assert "measure=total" in page.url
    expect(page.get_by_role("img", name=re.compile("^Longest present stay"))).to_be_visible()


def test_operation_shows_that_all_is_in_order(page, lab):
    view(page, "Operation")
    place = page.locator("#operation")
    for part in ["ledger", "scheduler", "gateway"]:
        expect(place.locator(".checks-list li", has_text=part)).to_contain_text("in order")
    for host in ["gateway", *lab.hosts]:
        expect(place.locator("table.agents tr", has=page.get_by_role("rowheader", name=host))).to_contain_text("ready")
    expect(place.locator(".actions-list li").first).to_be_visible()


def test_the_event_stream_stands_still_while_it_is_held(page, lab):
    view(page, "Operation")
    events = page.locator(".stream li")
    lab.run("move", "cache")
    expect(events.first).to_be_visible()
    page.get_by_role("button", name="Pause stream").click()
    before = events.all_inner_texts()
    lab.run("move", "cache")
    expect(page.locator("#operation")).to_contain_text(re.compile(r"held; \d\d+ events waiting"))
    assert events.all_inner_texts() == before
    page.get_by_role("button", name="Resume stream").click()
    expect(events.first).not_to_have_text(before[0])


def test_a_container_is_relocated_with_the_keyboard_alone(page, lab):
    def focused(expression):
        return page.evaluate(f"document.activeElement.{expression}")

    def tab_to(description, reached):
        for _ in range(80):
            page.keyboard.press("Tab")
            if reached():
                return
        raise AssertionError(f"the Tab key does not lead to {description}")

    source = lab.container("site")["host"]
    expect(chip(page, source, "site")).to_be_visible()
    page.keyboard.press("/")
    assert focused("id") == "find"
    tab_to(f"the chips of {source}", lambda: focused("closest('.tile')?.dataset.host") == source and focused("classList.contains('chip')"))
    for _ in range(20):
        if "site" in focused("textContent"):
            break
        page.keyboard.press("ArrowRight")
    assert "site" in focused("textContent")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("site")
    tab_to("the button", lambda: focused("textContent") == "Relocate now")
    page.keyboard.press("Enter")
    wait_until(lambda: lab.container("site")["host"] != source and lab.container("site")["state"] == "running")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(chip(page, lab.container("site")["host"], "site")).to_be_visible()


def test_keys_go_from_view_to_view_and_are_told(page):
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Policy default")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Go to Exposure")
    keys.get_by_label("Single letters act").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="Policy default")).to_be_visible()


def test_arrow_keys_go_from_host_to_host(page, lab):
    # What the keys do there comes with the first of them.
    page.keyboard.press("Tab")
    page.locator(".tip").wait_for(state="attached")
    tile(page, "host1").get_by_role("link", name="host1").focus()
    seen = {"host1"}
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp"]:
        page.keyboard.press(key)
        seen.add(page.evaluate("document.activeElement.closest('.tile').dataset.host"))
    assert seen == set(lab.hosts)


def first_look(browser, lab, complaints):
    """The sizes of the files that a first look brings, by path, with the heads of answers."""
    context = browser.new_context()
    page = context.new_page()
    # What shows moves and alarms is fetched with the first of them.
    for path in ["/v1/alarms?limit=1000", "/v1/relocations?limit=50"]:
        page.route(lab.url + path, lambda route: route.fulfill(response=route.fetch(), json={"items": []}))
    complaints.follow(page)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    paths, sizes = {}, {}
    session.on("Network.responseReceived", lambda event: paths.update({event["requestId"]: event["response"]["url"].removeprefix(lab.url)}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(lab.url)
    page.locator("#connection[data-phase=live]").wait_for()
    expect(page.locator("button.chip").first).to_be_visible()
    page.wait_for_timeout(1000)
    context.close()
    return {paths[key]: size for key, size in sizes.items() if not paths[key].startswith("/v1/")}


def test_the_first_look_at_a_fleet_at_rest_is_light(browser, lab, complaints):
    # What earlier tests have set going may raise an alarm just then: then it was no look at a fleet at rest.
    for _ in range(5):
        files = first_look(browser, lab, complaints)
        assert "/app.js" in files
        if "/components/alarms.js" not in files and "/components/waterfall.js" not in files:
            break
    assert "/components/alarms.js" not in files
    assert sum(files.values()) < LARGEST, sorted(files.items(), key=lambda file: -file[1])


def test_a_container_that_people_started_is_adopted_from_its_hosts_panel(browser, lab, complaints):
    strangers = [
        {"id": "a1", "name": "shop", "tenant": "acme", "image": "shop:1", "obstacles": []},
        {"id": "b2", "name": "desk", "tenant": "acme", "image": "desk:2", "obstacles": ["it has a terminal (--tty)"]},
    ]
    asked = []

    def with_strangers(route):
        answer = route.fetch()
        hosts = answer.json()
        for host in hosts["items"]:
            if host["name"] == "host1":
                host["adoptable"] = strangers
        route.fulfill(response=answer, json=hosts)

    def adopt(route):
        asked.append(route.request.post_data_json)
        route.fulfill(status=201, json={"name": "shop", "state": "starting"})

    context = browser.new_context()
    page = context.new_page()
    complaints.follow(page)
    page.route(re.compile(r"/v1/hosts(\?.*)?$"), with_strangers)
    page.route(re.compile(r"/v1/hosts/host1/adopt$"), adopt)
    page.goto(f"{lab.url}/?panel=host:host1")
    panel = page.locator("#panel[open]")
    stuck = panel.locator("[data-container=desk]")
    expect(stuck).to_contain_text("it has a terminal")
    expect(stuck.get_by_role("button")).to_have_count(0)
    shop = panel.locator("[data-container=shop]")
    shop.get_by_label("Port that clients reach").fill("70000")
    shop.get_by_role("button", name="Adopt shop").click()
    expect(shop.get_by_role("status")).to_contain_text("1 to 65535")
    shop.get_by_label("Port that clients reach").fill("80")
    shop.get_by_role("button", name="Adopt shop").click()
    expect(shop.get_by_role("status")).to_contain_text("shop is being adopted")
    assert asked == [{"container": "a1", "ports": [{"port": 80}]}]
    context.close()
