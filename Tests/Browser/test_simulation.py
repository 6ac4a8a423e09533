"""Simulations: begun, followed and read on the page.

The answers are made up, as a control plane would give them, but for one test that asks a real one.
"""

import json
import re

import pytest
from playwright.sync_api import expect

from parts import view
from simulations import REPORT, RESULT, Simulator, simulation

PAGE = "/?view=simulation"


@pytest.fixture
def simulator():
    """One that waits, one that runs, and three that have ended."""
    return Simulator(
        simulation(1, "cancelled", finishedRuns=60000), simulation(2, "failed", detail="No host could take a container."), simulation(3),
        simulation(4, "running", finishedRuns=41000), simulation(5, "waiting", name="ablation", title="Which part of the defence?"))


@pytest.fixture
def look(open_page, simulator):
    """Opens the page on the simulations of `simulator`."""
    return lambda address=PAGE, **options: open_page(address, prepare=simulator.attach, **options)


def row(page, number):
    """A simulation's row in the list."""
    return page.locator(".runs .run", has=page.locator(f"a[href$='&simulation={number}']"))


def what_if(page):
    return page.locator(".what-if")


def test_a_tab_and_keys_lead_to_it_and_nothing_of_it_comes_before(look, simulator):
    page = look("/")
    assert simulator.asked == []
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="What if")).to_be_visible()
    assert "view=simulation" in page.url
    view(page, "Fleet")
    view(page, "Simulation")
    expect(page).to_have_title(re.compile("Simulation · Relocate"))


def test_the_live_fleet_is_simulated_as_the_form_says(look, simulator, lab):
    simulator.simulations.clear()
    page = look()
    form = what_if(page)
    expect(form).to_contain_text("nothing is moved")
    names = [policy["name"] for policy in lab.get("/v1/policies")["items"]]
    assert form.get_by_label("Policy").locator("option").all_inner_texts() == sorted({"default", *names}, key=lambda name: name != "default")
    form.get_by_label("Assumed attack time", exact=True).fill("2")
    form.get_by_label("Attackers").fill("2")
    form.get_by_label("Time that is simulated", exact=True).fill("90")
    form.get_by_label("Time that is simulated, unit").select_option("min")
    form.get_by_label("Runs of each point").fill("500")
    form.get_by_label("Seed").fill("9")
    wanted = {"whatIf": {"policy": "default", "attackSeconds": 120, "attackers": 2, "horizonSeconds": 5400}, "runs": 500, "seed": 9}
    form.get_by_text("curl", exact=True).click()
    line = form.locator(".curl code").inner_text()
    assert json.loads(re.search(r"-d '(.*)'", line)[1]) == wanted
    form.get_by_role("button", name="Simulate this fleet").click()
    expect(form.get_by_role("status")).to_contain_text("Begun: This fleet under policy default")
    assert simulator.sent() == wanted
    expect(row(page, 1)).to_contain_text("waiting")
    form.get_by_role("link", name="This fleet under policy default").click()
    expect(page.locator(".result-head")).to_contain_text("this fleet as it was then")


def test_what_is_left_empty_is_left_to_the_control_plane(look, simulator):
    page = look()
    form = what_if(page)
    expect(form).to_contain_text(re.compile(r"Empty for what the policy assumes: \d"))
    form.get_by_label("Attackers").fill("")
    form.get_by_role("button", name="Simulate this fleet").click()
    expect(form.get_by_role("status")).to_contain_text("Begun")
    assert simulator.sent()["whatIf"] == {"policy": "default"}


def test_what_is_wrong_is_told_at_its_field(look, simulator, complaints):
    page = look()
    form = what_if(page)
    runs, attackers = form.get_by_label("Runs of each point"), form.get_by_label("Attackers")
    runs.fill("1")
    form.get_by_role("button", name="Simulate this fleet").click()
    expect(runs).to_be_focused()
    expect(runs).to_have_attribute("aria-invalid", "true")
    expect(runs).to_have_accessible_description("Write a whole number, 2 to 1,000,000.")
    assert simulator.count("POST", "/v1/simulations") == 0

    simulator.refusal = {"detail": "The simulation is not one.", "errors": [
        {"pointer": "/whatIf/attackers", "detail": "whatIf.attackers: must be 0 to 3, the number of hosts, is 9"}]}
    runs.fill("100")
    form.get_by_role("button", name="Simulate this fleet").click()
    expect(attackers).to_be_focused()
    expect(attackers).to_have_accessible_description("must be 0 to 3, the number of hosts, is 9")
    expect(runs).not_to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("status")).to_contain_text("The simulation is not one.")
    simulator.refusal = None
    form.get_by_role("button", name="Simulate this fleet").click()
    expect(attackers).to_have_accessible_description(re.compile("^How many containers they have"))
    # The browser reports the refused request by itself.
    complaints.allow("422")


def test_an_experiment_is_run_with_its_own_numbers_or_others(look, simulator):
    page = look()
    card = page.get_by_role("region", name="ablation")
    expect(card).to_contain_text("What does each part of the strategy add")
    expect(card.get_by_label("Runs of each point")).to_have_value("1000")
    assert card.get_by_role("link", name="Document of ablation").get_attribute("href") == "/v1/experiments/ablation"
    card.get_by_label("Runs of each point").fill("50")
    card.get_by_role("button", name="Run ablation").click()
    expect(card.get_by_role("status")).to_contain_text("Begun: Which part of the defence")
    assert simulator.sent() == {"experiment": "ablation", "runs": 50, "seed": 58}
    expect(page.locator(".runs .run").first).to_contain_text("ablation · 50 runs of each point, seed 58")


def test_runs_stand_newest_first_with_how_far_they_are(look):
    page = look()
    expect(page.locator(".runs .run")).to_have_count(5)
    states = page.locator(".runs .badge").all_inner_texts()
    assert [text.split()[-1] for text in states] == ["waiting", "running", "completed", "failed", "cancelled"]
    expect(row(page, 4)).to_contain_text("41,000 of 104,000 runs")
    bar = row(page, 4).get_by_role("progressbar", name=re.compile("^Progress of How many attacks"))
    assert float(bar.get_attribute("value")) == pytest.approx(41 / 104)
    expect(row(page, 3)).to_contain_text("104,000 runs · 18 s")
    expect(row(page, 2)).to_contain_text("No host could take a container.")


def test_it_is_asked_once_a_second_while_one_goes_on_and_seen_and_not_otherwise(look, simulator):
    page = look()

    def asked_within(seconds):
        before = simulator.count("GET", "/v1/simulations")
        page.wait_for_timeout(1000 * seconds)
        return simulator.count("GET", "/v1/simulations") - before

    expect(row(page, 4)).to_contain_text("41,000")
    assert 2 <= asked_within(3.5) <= 4
    simulator.simulations[4]["finishedRuns"] = 80000
    expect(row(page, 4)).to_contain_text("80,000 of 104,000 runs")
    page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    assert asked_within(2.5) <= 1
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert asked_within(2.5) >= 2
    view(page, "Fleet")
    assert asked_within(2.5) <= 1
    view(page, "Simulation")
    for number, state in [(4, "completed"), (5, "cancelled")]:
        simulator.simulations[number].update(simulation(number, state))
    expect(row(page, 4)).to_contain_text("completed")
    expect(row(page, 5)).to_contain_text("cancelled")
    assert asked_within(2.5) <= 1


def test_one_is_cancelled_and_then_forgotten(look, simulator):
    page = look()
    row(page, 4).get_by_role("button", name="Cancel How many attacks").click()
    expect(row(page, 4)).to_contain_text("cancelled")
    assert simulator.count("POST", "/v1/simulations/4/cancel") == 1
    # Who had the focus on what is gone has it on what is there instead.
    expect(row(page, 4).get_by_role("button", name="Forget… How many attacks")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, 4)).to_contain_text("Only an experiment gives the same result again.")
    assert simulator.count("DELETE", "/v1/simulations/4") == 0
    page.keyboard.press("Enter")
    expect(row(page, 4)).to_have_count(0)
    assert simulator.count("DELETE", "/v1/simulations/4") == 1
    # What somebody forgot here is not missed.
    expect(page.locator(".runs-box")).not_to_contain_text("gone")


def test_a_result_opens_by_a_click_and_by_its_address_and_leads_back(look):
    page = look()
    row(page, 3).get_by_role("link").click()
    heading = page.get_by_role("heading", name="How many attacks does moving in time resist?", level=2)
    expect(heading).to_be_focused()
    assert page.url.endswith("?view=simulation&simulation=3")
    page.reload()
    expect(heading).to_be_visible()
    expect(page.get_by_role("note").filter(has_text="a simulation and no measurement of the fleet")).to_be_visible()
    page.get_by_role("link", name="All simulations").click()
    expect(row(page, 3).get_by_role("link")).to_be_focused()
    page.go_back()
    expect(heading).to_be_visible()


def test_a_result_has_its_words_figures_and_points(look):
    page = look(f"{PAGE}&simulation=3")
    result = page.locator("#simulation .result")
    expect(result).to_contain_text("What share of attacks that have begun beside the container fails")
    expect(result.get_by_text("What share of attacks that have begun")).to_have_count(1)
    expect(result.locator("pre")).to_have_text(re.compile("^relocate simulate time-migration --runs 2000 --seed 7"))
    assert result.get_by_role("heading", level=3).all_inner_texts() == [
        "Attempts resisted, by how long an attack takes in mean stays", "What these clocks cost", "What is assumed"]
    attempts = result.get_by_role("region", name=RESULT["experiment"]["panels"][0]["title"], exact=True)
    expect(attempts.get_by_role("img", name="Attempts resisted, by how long")).to_be_visible()
    expect(attempts.locator("figcaption")).to_contain_text("Share of attempts resisted by attack time A over mean stay μ. Simulated")
    expect(attempts.locator(".findings b")).to_have_text("the paper's 87 %")
    expect(attempts.get_by_role("table").first.get_by_role("row", name="exponential")).to_contain_text("63.2 %")
    expect(result.get_by_text("not of *hosts*")).to_be_visible()
    expect(result.locator(".findings code")).to_have_text("clock.reading")

    attempts.get_by_text("All 48 points").click()
    points = attempts.get_by_role("region", name=re.compile("all points$")).get_by_role("table")
    expect(points.get_by_role("row")).to_have_count(13)
    assert points.get_by_role("row").nth(4).get_by_role("cell").all_inner_texts() == [
        "0.0 %", "0.0 %\n0.0 to 1.1", "63.2 %\n62.1 to 64.3", "56.7 %\n55.6 to 57.8"]
    cost = result.get_by_role("region", name="What these clocks cost", exact=True)
    cost.get_by_text("All 4 points").click()
    expect(cost.get_by_role("region", name=re.compile("all points$")).get_by_role("row").last).to_contain_text("none")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_have_the_colours_of_the_page(look, scheme):
    page = look(f"{PAGE}&simulation=3", color_scheme=scheme)
    figure = page.locator(".drawing > svg").first
    figure.wait_for()
    colours = figure.evaluate("""figure => [
        getComputedStyle(figure.querySelector("rect")).fill, getComputedStyle(figure.querySelector("text")).fill,
        getComputedStyle(figure.closest(".card-box")).backgroundColor, getComputedStyle(document.body).color]""")
    assert colours[0] == colours[2] and colours[1] == colours[3]


def test_on_a_narrow_screen_a_figure_is_scrolled_and_not_the_page(look):
    page = look(f"{PAGE}&simulation=3", width=390)
    page.locator(".drawing > svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    place = page.get_by_role("region", name=re.compile("figure$")).first
    assert place.evaluate("place => place.scrollWidth > place.clientWidth")
    # What may be scrolled out of the figure stands above it.
    assert page.get_by_role("heading", name="Attempts resisted").bounding_box()["width"] > 100


def test_a_result_is_saved(look, simulator):
    page = look(f"{PAGE}&simulation=3")

    def saved(name):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        return download.value.suggested_filename, download.value.path().read_text()

    assert saved("CSV: every point") == ("time-migration.csv", "panel,series,step,x,y\nattempts,static,0.25,0.25,0\n")
    name, text = saved("JSON: the whole result")
    assert (name, json.loads(text)) == ("time-migration-result.json", RESULT)
    name, text = saved("Experiment: what was asked")
    assert (name, json.loads(text)) == ("time-migration.json", RESULT["experiment"])
    assert saved("SVG of What these clocks cost") == ("time-migration-cost.svg", simulator.figures["cost"])


def test_lines_for_a_shell_give_the_same_again(look, simulator):
    page = look(f"{PAGE}&simulation=3")
    lines = page.locator(".repeats")
    expect(lines).to_have_count(2)
    for summary in lines.locator("summary").all():
        summary.click()
    expect(lines.get_by_role("textbox", name="The same with curl")).to_contain_text(
        '{"experiment":"time-migration","runs":2000,"seed":7}')
    expect(lines.get_by_role("textbox", name="The same with relocate")).to_have_text(
        "relocate simulate time-migration --runs 2000 --seed 7 --out time-migration")

    # A fleet as it was then is repeated as a document.
    simulator.simulations[3].update(kind="whatIf", name="what-if")
    page.reload()
    expect(lines.locator("code").first).to_contain_text('{"document":{"name":"time-migration"')
    expect(lines.locator("code").last).to_have_text("relocate simulate --file what-if.json --runs 2000 --seed 7 --out what-if")


def test_a_run_is_followed_until_its_result_is_there(look, simulator):
    page = look(f"{PAGE}&simulation=4")
    result = page.locator("#simulation .result")
    expect(result).to_contain_text("41,000 of 104,000 runs")
    simulator.simulations[4].update(simulation(4))
    expect(result.locator(".drawing > svg")).to_have_count(2)
    expect(result.locator(".badges")).to_have_text("✓ completed")
    before = simulator.count("GET", "/v1/simulations/4")
    page.wait_for_timeout(2500)
    assert simulator.count("GET", "/v1/simulations/4") == before


def test_a_result_that_is_forgotten_leads_back_to_the_others(look, simulator):
    page = look(f"{PAGE}&simulation=3")
    page.get_by_role("button", name="Forget…").click()
    page.get_by_role("button", name="Forget", exact=True).click()
    expect(row(page, 4)).to_be_visible()
    expect(row(page, 3)).to_have_count(0)
    expect(page.get_by_role("heading", name="Runs")).to_be_focused()
    assert simulator.count("DELETE", "/v1/simulations/3") == 1


def test_one_that_failed_says_why(look):
    page = look(f"{PAGE}&simulation=2")
    expect(page.locator(".result-head")).to_contain_text("No host could take a container.")


def test_one_that_is_gone_says_so_and_can_be_run_again(look, simulator, complaints):
    page = look(f"{PAGE}&simulation=4")
    result = page.locator("#simulation .result")
    expect(result).to_contain_text("running")
    simulator.simulations.clear()
    expect(result.locator(".gone")).to_contain_text("This simulation is gone")
    expect(result.get_by_role("button", name="Cancel")).to_be_hidden()
    result.get_by_role("button", name="Run it again").click()
    expect(page).to_have_url(re.compile("simulation=1$"))
    assert simulator.sent() == {"experiment": "time-migration", "runs": 2000, "seed": 7}
    complaints.allow("404")


def test_the_list_says_which_runs_are_gone(look, simulator):
    page = look()
    expect(row(page, 4)).to_contain_text("running")
    simulator.simulations.clear()
    expect(page.locator(".runs-box")).to_contain_text("“Which part of the defence?” and “How many attacks")
    expect(page.locator(".runs-box")).to_contain_text("are gone: somebody forgot them, or the control plane was restarted.")


def test_a_number_that_nothing_has_says_so(look, complaints):
    page = look(f"{PAGE}&simulation=77")
    expect(page.locator("#simulation")).to_contain_text("There is no simulation 77.")
    page.get_by_role("link", name="All simulations").click()
    expect(page.locator(".runs .run")).to_have_count(5)
    complaints.allow("404")


HARMFUL = {
    "a script": "<script>document.title = 'taken'</script>",
    "an event": "<rect width='9' height='9' onclick='document.title = 1'/>",
    "something else's elements": "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
    "a link": "<a href='javascript:1'><text>x</text></a>",
    "a picture": "<image href='/icon.svg'/>",
    "an address": "<rect fill='url(https://example.org/#a)'/>",
    "a style": "<rect style='fill: red'/>",
}


@pytest.mark.parametrize("what", HARMFUL)
def test_a_figure_with_more_than_a_drawing_in_it_stays_out_of_the_page(look, simulator, complaints, what):
    simulator.figures = {"attempts": f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{HARMFUL[what]}</svg>"}
    page = look(f"{PAGE}&simulation=3")
    expect(page.locator(".drawing").first).to_contain_text("The figure is not shown.")
    expect(page.locator(".drawing svg")).to_have_count(0)
    expect(page).to_have_title(re.compile("Simulation"))
    # The browser says by itself that the page's policy lets none of it act, not even while it is looked at.
    complaints.allow("inline")


@pytest.mark.parametrize("text", ["{}", "<html xmlns='http://www.w3.org/1999/xhtml'/>", "<svg/>", "<svg xmlns='http://www.w3.org/2000/svg'>"])
def test_what_is_no_figure_is_not_shown_as_one(look, simulator, complaints, text):
    simulator.figures = {"attempts": text}
    page = look(f"{PAGE}&simulation=3")
    expect(page.locator(".drawing").first).to_contain_text("It is no drawing.")
    # The browser's own words about what is no XML have a style, which the page's policy forbids.
    complaints.allow("inline")


def test_words_of_a_report_never_become_markup(look, simulator):
    simulator.report = REPORT + "\n## <img src=x onerror=alert(1)>\n\n<b>bold</b> [a](javascript:1) **<i>x</i>**\n"
    page = look(f"{PAGE}&simulation=3")
    expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_text("<b>bold</b> [a](javascript:1) <i>x</i>")).to_be_visible()


def test_a_control_plane_without_simulations_is_told_of(open_page, complaints):
    page = open_page(PAGE, prepare=lambda page: page.route(
        re.compile("/v1/(simulations|experiments)"), lambda route: route.fulfill(status=404, json={"detail": "There is nothing here."})))
    expect(page.locator(".runs-box")).to_contain_text("There is nothing here.")
    expect(page.locator(".experiments-box")).to_contain_text("There is nothing here.")
    complaints.allow("404")


def test_a_real_control_plane_simulates_its_fleet(page, lab):
    view(page, "Simulation")
    form = what_if(page)
    form.get_by_label("Assumed attack time", exact=True).fill("10")
    form.get_by_label("Time that is simulated", exact=True).fill("0.5")
    form.get_by_label("Attackers").fill("2")
    form.get_by_label("Runs of each point").fill("2")
    form.get_by_role("button", name="Simulate this fleet").click()
    form.get_by_role("status").get_by_role("link").click()
    result = page.locator("#simulation .result")
    expect(result.locator(".badges")).to_have_text("✓ completed", timeout=60_000)
    expect(result.get_by_role("heading", level=2)).to_have_text("This fleet under policy default")
    kept = lab.get("/v1/simulations")["items"][0]
    whole = lab.get(f"/v1/simulations/{kept['id']}")
    expect(result.locator(".drawing > svg")).to_have_count(len(whole["figures"]))
    expect(result).to_contain_text("Nothing of this was measured on the fleet, and nothing was moved.")
    # Every figure has its words beside it, and every point its value.
    assert result.get_by_role("heading", level=3).all_inner_texts()[:-1] == [figure["title"] for figure in whole["figures"]]
    for panel in whole["result"]["panels"]:
        expect(result.get_by_text(f"All {len(panel['points'])} points")).to_be_visible()


def test_a_real_control_plane_says_at_the_field_what_is_wrong(page, complaints):
    view(page, "Simulation")
    attackers = what_if(page).get_by_label("Attackers")
    attackers.fill("9")
    what_if(page).get_by_role("button", name="Simulate this fleet").click()
    expect(attackers).to_be_focused()
    expect(attackers).to_have_accessible_description("must be 0 to 3, the number of hosts, is 9")
    complaints.allow("422")
