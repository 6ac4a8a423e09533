"""axe looks at every view, dark and light, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from simulations import Simulator, simulation

# Every rule that axe has, experimental ones included; only what WCAG asks for at its highest level (AAA) is left out.
EVERY_RULE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"],
}
VIEWS = {
    "fleet": ("/", "button.chip"), "grid": ("/?layout=grid", "button.chip"),
    "relocations": ("/?view=relocations", "table.moves tbody tr"), "exposure": ("/?view=exposure", "#exposure .counter-value"),
    "policy": ("/?view=policy", ".preview-figures .counter-value"), "operation": ("/?view=operation", ".actions-list li"),
    "simulation": ("/?view=simulation", ".experiment"), "result": ("/?view=simulation&simulation=2", ".drawing > svg"),
    "container": ("/?panel=container:cache", "#panel[open] .facts"), "host": ("/?panel=host:host1", "#panel[open] .facts"),
    "tenant": ("/?panel=tenant:acme", "#panel[open] .facts"), "relocation": ("/?panel=relocation:1", "#panel[open] .decision"),
}


@pytest.fixture(scope="module", autouse=True)
def moved(lab):
    """There is a move to look at."""
    if not lab.get("/v1/relocations?limit=1")["items"]:
        lab.run("move", "cache")


def look(page, where):
    results = Axe().run(page, options=EVERY_RULE)
    assert results.violations_count == 0, f"{where}: {results.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_to_object_to(open_page, scheme, width, name):
    address, sign = VIEWS[name]
    simulator = Simulator(simulation(1, "failed", detail="Too few hosts."), simulation(2), simulation(3, "running", finishedRuns=2000))
    page = open_page(address, width=width, color_scheme=scheme, reduced_motion="reduce", prepare=simulator.attach)
    page.locator(sign).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"
    opened = {"policy": "details.settings", "simulation": "#simulation details", "result": "#simulation details"}.get(name)
    if opened:
        for section in page.locator(opened).all():
            section.evaluate("section => { section.open = true; }")
    look(page, name)
    if name == "container":
        page.get_by_role("button", name="Dry run").click()
        page.locator("#panel table.candidates").wait_for()
        for section in page.locator("#panel details").all():
            section.evaluate("section => { section.open = true; }")
        look(page, "a dry run")


def test_axe_likes_the_dialogs(page):
    page.get_by_role("button", name="New container").click()
    page.get_by_role("dialog", name="New container").wait_for()
    look(page, "the form")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    look(page, "the keys")
