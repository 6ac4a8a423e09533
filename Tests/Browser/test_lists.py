"""Lists are read page by page, and of a fleet too large for one page in part."""

import re
import urllib.parse

from playwright.sync_api import expect

from parts import chip, tile


def small_pages(page):
    """Has the control plane give two items at a time, whatever the page asks for."""

    def cut(route):
        url = urllib.parse.urlsplit(route.request.url)
        query = {**dict(urllib.parse.parse_qsl(url.query)), "limit": "2"}
        route.continue_(url=url._replace(query=urllib.parse.urlencode(query)).geturl())

    page.route(re.compile(r"/v1/(hosts|tenants|containers|policies)\?"), cut)


def test_a_small_fleet_is_read_whole_however_small_the_pages(open_page, lab):
    page = open_page(prepare=small_pages)
    for host in ["gateway", *lab.hosts]:
        expect(tile(page, host)).to_contain_text("ready")
    containers = lab.get("/v1/containers")["items"]
    for container in containers:
        expect(chip(page, container["host"], container["name"])).to_be_visible()
    expect(page.locator("#counters")).to_contain_text(str(len(containers)))
    expect(page.get_by_text("This page has read")).to_have_count(0)


def test_of_a_large_fleet_a_part_is_shown_and_the_rest_is_found(open_page, lab):
    """The list of containers ends after its first one, and says that there are a hundred thousand."""
    asked = []

    def part(page):
        def cut(route):
            url = urllib.parse.urlsplit(route.request.url)
            query = dict(urllib.parse.parse_qsl(url.query))
            asked.append(query)
            if "host" in query or "tenant" in query:
                return route.continue_()
            answer = route.fetch(url=f"{lab.url}/v1/containers?limit=1")
            return route.fulfill(response=answer, json={**answer.json(), "total": 100_000, "next": None})

        page.route(re.compile(r"/v1/containers\?"), cut)

    page = open_page(prepare=part)
    first, *_, last = lab.get("/v1/containers")["items"]
    expect(page.locator("#counters")).to_contain_text("100,000")
    expect(page.get_by_text("the first 1 of 100,000 containers")).to_be_visible()
    expect(chip(page, first["host"], first["name"])).to_be_visible()
    expect(page.locator("button.chip", has_text=last["name"])).to_have_count(0)
    assert all(int(query["limit"]) <= 1000 for query in asked)

    # By its whole name it is found; its host and its tenant know it all the same.
    page.locator("#find").fill(last["name"])
    expect(chip(page, last["host"], last["name"])).to_be_visible()
    page.locator("#find").fill("")
    page.goto(f"{lab.url}/?panel=tenant:{last['tenant']}")
    expect(page.locator("#panel")).to_contain_text(last["name"])
    page.goto(f"{lab.url}/?panel=host:{last['host']}")
    expect(page.locator("#panel").get_by_role("link", name=last["name"])).to_be_visible()
