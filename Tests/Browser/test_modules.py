"""The parts of the page that only compute, in the browser that they are written for."""

import pytest


@pytest.fixture
def run(page):
    """Runs a piece of script that may import the page's modules."""
    return lambda script, *arguments: page.evaluate(script, *arguments)


def test_a_plane_is_found_again_from_its_distances(run):
    worst, kept = run("""async () => {
        const { scale } = await import("/lib/mds.js");
        const points = Array.from({ length: 30 }, (_, i) => [Math.sin(i * 12.9898) * 0.4, Math.sin(i * 78.233) * 0.2]);
        const apart = (set) => set.map(([x, y]) => set.map(([u, v]) => Math.hypot(x - u, y - v)));
        const wanted = apart(points);
        const { points: found, kept } = scale(wanted);
        const got = apart(found);
        return [Math.max(...wanted.flatMap((row, i) => row.map((value, j) => Math.abs(value - got[i][j])))), kept];
    }""")
    assert worst < 1e-3
    assert kept > 0.999


def test_the_same_differences_give_the_same_picture(run):
    assert run("""async () => {
        const { scale } = await import("/lib/mds.js");
        const distances = Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (_, j) => (i === j ? 0 : ((i * 7 + j * 7) % 11) / 11)));
        return JSON.stringify(scale(distances)) === JSON.stringify(scale(distances));
    }""")


@pytest.mark.parametrize("seed", range(12))
def test_no_tile_covers_another_and_none_leaves_the_screen(run, seed):
    bad = run("""async (seed) => {
        const { spread } = await import("/lib/spread.js");
        let state = seed * 7919 + 1;
        const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
        const groups = [];
        let next = 0;
        const count = 1 + Math.floor(random() * 60);
        for (let group = 0; group < count; group += 1) {
            const size = random() < 0.7 ? 1 : 1 + Math.floor(random() * 20);
            groups.push({ point: random() < 0.2 ? [0, 0] : [random(), random() * 0.5], members: Array.from({ length: size }, () => next++) });
        }
        const [width, tileWidth, tileHeight] = [500 + random() * 2000, 80 + random() * 200, 60 + random() * 200];
        const { places, height } = spread(groups, { width, height: 700, tileWidth, tileHeight, gap: 12, rim: 10, head: 20 });
        const all = [...places.values()];
        const covered = all.some((a, i) => all.some((b, j) => j > i && Math.abs(a.x - b.x) < tileWidth && Math.abs(a.y - b.y) < tileHeight));
        const out = all.some(({ x, y }) => x < -1 || x + tileWidth > width + 1 || y < -1 || y + tileHeight > height + 1);
        return [covered, out, places.size === next];
    }""", seed)
    assert bad == [False, False, True]


def test_hosts_that_are_alike_stand_nearer_than_others(run):
    near, far = run("""async () => {
        const { spread } = await import("/lib/spread.js");
        const groups = [[0, 0], [0.05, 0], [1, 0.2]].map((point, index) => ({ point, members: [index] }));
        const { places } = spread(groups, { width: 1200, height: 600, tileWidth: 200, tileHeight: 150, gap: 10, rim: 0, head: 0 });
        const apart = (a, b) => Math.hypot(places.get(a).x - places.get(b).x, places.get(a).y - places.get(b).y);
        return [apart(0, 1), apart(0, 2)];
    }""")
    assert near < far / 2


def test_edits_are_put_on_top_of_another_version(run):
    result = run("""async () => {
        const fields = await import("/lib/policy-fields.js");
        const base = { assumedAttackSeconds: 100, clock: { model: "jittered", threshold: 0.1 }, dwell: {}, weights: { configuration: 0.5, network: 0.2, services: 0.3 },
            placement: { rule: "softmax", terms: {} }, limits: {} };
        const mine = fields.withValue(fields.withValue(base, "clock.model", "periodic"), "clock.seconds", 60);
        const theirs = fields.withValue(base, "assumedAttackSeconds", 200);
        const merged = fields.rebase(fields.differences(base, mine), theirs);
        return { merged, sent: fields.document(theirs, merged), none: fields.differences(base, structuredClone(base)).length };
    }""")
    assert result["merged"]["assumedAttackSeconds"] == 200
    assert result["merged"]["clock"] == {"model": "periodic", "seconds": 60, "jitter": 0.5}
    assert result["sent"] == {"clock": {"model": "periodic", "seconds": 60, "jitter": 0.5}}
    assert result["none"] == 0


def test_ways_out_of_a_refusal_become_changes(run):
    ways = run("""async () => {
        const { offers } = await import("/views/policy/preview.js");
        return offers("clock.threshold 0.1755, or clock.mean 4.2e+1 with no dwell.maxSeconds, or something else 3").map(({ changes }) => changes);
    }""")
    assert ways == [[["clock.threshold", 0.1755]], [["clock.mean", 42], ["dwell.maxSeconds", None]]]


def test_what_a_spreadsheet_would_run_is_only_text_in_an_export(run):
    text = run("""async () => (await import("/lib/download.js")).csv(["a", "b"], [["=1+1", 'say "hi", twice'], [-3, null]])""")
    assert text == 'a,b\r\n\'=1+1,"say ""hi"", twice"\r\n-3,\r\n'


def test_a_report_is_taken_apart(run):
    blocks = run(r"""async () => (await import("/lib/markdown.js")).blocks(
        "# A \\*title\\*\n\nfirst\nsecond\n\n    code |\n    more\n\n| a \\| b | c |\n|---|---|\n| 1 |  |\n\n- one\n  goes on\n- two\n\n```\nx\n```\n")""")
    assert [block["kind"] for block in blocks] == ["heading", "paragraph", "code", "table", "list", "code"]
    assert blocks[1]["text"] == "first second"
    assert blocks[2]["text"] == "code |\nmore"
    assert (blocks[3]["head"], blocks[3]["rows"]) == (["a \\| b", "c"], [["1", ""]])
    assert blocks[4]["items"] == ["one goes on", "two"]


@pytest.mark.parametrize("text, pieces", [
    ("plain", [["text", "plain"]]), ("a **b \\* c** d", [["text", "a "], ["bold", "b * c"], ["text", " d"]]),
    ("`x ** y`**z**", [["code", "x ** y"], ["bold", "z"]]), ("2 ** 3 and `", [["text", "2 ** 3 and `"]]),
    ("\\<b\\> \\| \\a \\", [["text", "<b> | \\a \\"]]), ("", []),
])
def test_a_reports_lines_are_taken_apart(run, text, pieces):
    assert run("""async (text) => (await import("/lib/markdown.js")).pieces(text).map(({ kind, text }) => [kind, text])""", text) == pieces


@pytest.mark.parametrize("panel, value, interval", [
    ({"y": {"measure": "survival", "label": "S"}}, "12.3 %", "10.0 to 15.0"),
    ({"y": {"measure": "survival", "label": "S"}, "baseline": {"series": "a", "shows": "difference"}}, "+12.3", "10.0 to 15.0"),
    ({"y": {"measure": "moves", "label": "M"}, "baseline": {"series": "a", "shows": "gain"}}, "+12.3 %", "10.0 to 15.0"),
    ({"y": {"measure": "moves", "label": "M"}}, "0.123", "0.1 to 0.15"), (None, "0.123", "0.1 to 0.15"),
])
def test_a_simulations_values_are_written_as_its_report_writes_them(run, panel, value, interval):
    assert run("""async (panel) => {
        const { valuesOf } = await import("/lib/values.js");
        const values = valuesOf(panel ?? undefined);
        const estimate = { value: 0.1234, low: 0.1, high: 0.15 };
        return [values.value(estimate), values.interval(estimate), values.value(null), values.interval({ value: 1, low: 1, high: 1 })];
    }""", panel) == [value, interval, "none", ""]
