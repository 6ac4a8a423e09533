"""Simulations as a control plane would answer them, for a page that is looked at without a simulator."""

import json
import math
import re
from urllib.parse import urlsplit

EXPERIMENTS = [
    {"name": "time-migration", "title": "How many attacks does moving in time resist?",
     "question": "What share of attacks that have begun beside the container fails because the container moves away in time?",
     "runs": 20000, "seed": 4, "points": 112,
     "panels": [{"name": "attempts", "title": "Attempts resisted, by how long an attack takes in mean stays"},
                {"name": "cost", "title": "What these clocks cost"}]},
    {"name": "ablation", "title": "Which part of the defence protects against which attacker?",
     "question": "What does each part of the strategy add, against six kinds of attackers, and what does it cost?",
     "runs": 1000, "seed": 58, "points": 110,
     "panels": [{"name": "survival", "title": "Survival of an hour"}, {"name": "beside", "title": "Share of time beside an attacker"},
                {"name": "cost", "title": "What it costs"}]},
    {"name": "bound-beats-mean", "title": "Is it the mean stay that protects, or the longest?",
     "question": "An attacker finds the container again after each move. Does it help to move often on average, or never to stay "
                 "for long?", "runs": 2000, "seed": 24, "points": 136,
     "panels": [{"name": "survival", "title": "Survival of an hour with an attacker who follows, by the mean stay"},
                {"name": "cost", "title": "What it costs"}]},
]

SERIES = ["static", "fixed stay", "exponential", "jittered, T = 0.9"]
STEPS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4]


def resisted(series, x):
    """What a clock resists of attacks that take so many mean stays."""
    return {"static": 0, "fixed stay": 1 if x > 1 else 0, "exponential": 1 - math.exp(-x),
            "jittered, T = 0.9": min(1, max(0, x / 1.5) ** 1.4)}[series]


def estimate(value, width):
    return {"value": value, "low": max(0, value - width), "high": min(1, value + width)}


def point(series, step, x, y):
    return {"series": series, "step": step, "x": x, "y": y, "outcome": {"runs": 2000, "survival": estimate(0.5, 0.02)}}


ATTEMPTS = {
    "name": "attempts", "title": "Attempts resisted, by how long an attack takes in mean stays", "form": "lines",
    "x": {"label": "attack time A over mean stay μ", "steps": [{"value": value} for value in STEPS]},
    "y": {"measure": "resisted", "label": "share of attempts resisted"},
    "series": [{"label": label} for label in SERIES], "marks": [{"value": 0.87, "label": "the paper's 87 %", "meaning": "An identity."}],
}
COST = {
    "name": "cost", "title": "What these clocks cost", "form": "bars",
    "x": {"label": "clock", "steps": [{"label": label} for label in SERIES]},
    "y": {"measure": "movesPerHour", "label": "moves in an hour"}, "series": [{"label": "moves"}],
}
RESULT = {
    "experiment": {"name": "time-migration", "title": EXPERIMENTS[0]["title"], "question": EXPERIMENTS[0]["question"], "runs": 20000,
                   "seed": 4, "base": {}, "panels": [ATTEMPTS, COST], "notes": []},
    "runs": 2000, "seed": 7, "version": "0.1",
    "panels": [
        {"panel": "attempts", "crossings": [], "points": [
            point(series, f"{x:g}", x, estimate(resisted(series, x), 0.0 if series == "static" else 0.011))
            for series in SERIES for x in STEPS]},
        {"panel": "cost", "crossings": [], "points": [
            point("moves", "static", None, {"value": 0, "low": 0, "high": 0}),
            point("moves", "fixed stay", None, {"value": 30, "low": 30, "high": 30}),
            point("moves", "exponential", None, {"value": 30.04, "low": 29.7, "high": 30.4}),
            point("moves", "jittered, T = 0.9", None, None)]},
    ],
}
REPORT = """# How many attacks does moving in time resist?

What share of attacks that have begun beside the container fails because the container moves away in time?

2000 runs of each of 52 points with seed 7, by version 0.1. The intervals in brackets hold the true value in 95 of 100 cases. The same again:

    relocate simulate time-migration --runs 2000 --seed 7

## Attempts resisted, by how long an attack takes in mean stays

Share of attempts resisted:

| attack time A over mean stay μ | 0.25 | 1 | 1.75 | 2.5 | 4 |
|---|---|---|---|---|---|
| static | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % |
| fixed stay | 0.0 % | 0.0 % | 100.0 % | 100.0 % | 100.0 % |
| exponential | 22.1 % | 63.2 % | 82.6 % | 91.8 % | 98.2 % |
| jittered, T = 0.9 | 8.1 % | 56.7 % | 100.0 % | 100.0 % | 100.0 % |

- At attack time A over mean stay μ “0.25” the highest is “exponential” with 22.1 % (21.0 to 23.2), the lowest “static” with 0.0 %, whose interval overlaps with that of “fixed stay”.
- At attack time A over mean stay μ “4” the intervals of the highest and the lowest overlap: “fixed stay” with 100.0 % and “jittered, T = 0.9” with 100.0 %.
- **the paper's 87 %** (87.0 %): “exponential” meets it at 2.04; “static” is below it everywhere. An identity and no finding: an exponential stay with mean μ resists an attack that takes exactly A with probability 1 − e^(−A/μ).

## What these clocks cost

Moves in an hour:

| clock | moves |
|---|---|
| static | 0 |
| fixed stay | 30 |
| exponential | 30 |
| jittered, T = 0.9 | none |

- All together the highest is “exponential” with 30 (29.7 to 30.4), the lowest “static” with 0.

## What is assumed

- Each run is one attempt: an attacker is beside the container when its stay begins, and the attack begins anew on every host.
- The share is one of attempts \\| not of \\*hosts\\*, and `clock.reading` says what k is.
"""

INK = {"text": "var(--figure-ink, #222222)", "muted": "var(--figure-muted, #5c5c5c)", "grid": "var(--figure-grid, #dcdcdc)",
       "background": "var(--figure-background, #ffffff)"}
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]


def ink(number):
    return f"var(--figure-series-{number + 1}, {COLOURS[number]})"


def svg(title, description, height, elements):
    """A figure as the simulator draws it."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{height}" viewBox="0 0 780 {height}" role="img" '
            f'font-family="system-ui, \'Helvetica Neue\', Arial, sans-serif">\n<title>{title}</title>\n<desc>{description}</desc>\n'
            f'<rect width="780" height="{height}" fill="{INK["background"]}"/>\n' + "\n".join(elements) + "\n</svg>\n")


def write(text, x, y, size=12, colour="text", anchor="start", more=""):
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="{INK[colour]}"{more}>{text}</text>'


def lines_figure():
    place = lambda x, y: (60 + (x - 0.25) / 3.75 * 500, 360 - y * 300)
    parts = [write(ATTEMPTS["title"], 16, 31, 15, more=' font-weight="600"'), write("share of attempts resisted", 16, 52, colour="muted")]
    for tick in range(0, 101, 20):
        y = place(0, tick / 100)[1]
        parts.append(f'<polyline points="60,{y:g} 560,{y:g}" fill="none" stroke="{INK["grid"]}" stroke-width="1" stroke-linejoin="round"/>')
        parts.append(write(f"{tick} %", 54, y + 4, 11, "muted", "end"))
    for x in [0.25, 1, 2, 3, 4]:
        parts.append(write(f"{x:g}", place(x, 0)[0], 377, 11, "muted", "middle"))
    parts.append(write(ATTEMPTS["x"]["label"], 310, 398, colour="muted", anchor="middle"))
    parts.append(f'<polyline points="60,99 560,99" fill="none" stroke="{INK["text"]}" stroke-width="1" stroke-dasharray="3 3"/>')
    for number, series in enumerate(SERIES):
        points = [place(x, resisted(series, x)) for x in STEPS]
        listed = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        band = " ".join([f"{x:.2f},{y - 4:.2f}" for x, y in points] + [f"{x:.2f},{y + 4:.2f}" for x, y in reversed(points)])
        parts.append(f'<polygon points="{band}" fill="{ink(number)}" fill-opacity="0.2"/>')
        dashes = ["", ' stroke-dasharray="8 3"', ' stroke-dasharray="2 3"', ' stroke-dasharray="10 3 2 3"'][number]
        parts.append(f'<polyline points="{listed}" fill="none" stroke="{ink(number)}" stroke-width="1.8" stroke-linejoin="round"{dashes}/>')
        parts += [f'<circle cx="{x:.2f}" cy="{y:.2f}" r="3.3" fill="{ink(number)}" stroke="{INK["background"]}" stroke-width="0.8"/>'
                  for x, y in points]
        parts.append(write(series, 612, 80 + 22 * number))
        parts.append(f'<polyline points="577,{76 + 22 * number} 606,{76 + 22 * number}" fill="none" stroke="{ink(number)}" stroke-width="1.8"/>')
    return svg(ATTEMPTS["title"], "Share of attempts resisted by attack time over mean stay.", 410, parts)


def bars_figure():
    parts = [write(COST["title"], 16, 31, 15, more=' font-weight="600"'), write("clock:", 16, 58, colour="muted")]
    for number, (series, value) in enumerate(zip(SERIES, [0, 30, 30, 0])):
        y = 70 + 30 * number
        parts += [write(series, 130, y + 14, anchor="end"),
                  f'<rect x="140" y="{y}" width="{value * 18}" height="13" fill="{ink(0)}" fill-opacity="0.55"/>',
                  write(str(value) if number < 3 else "none", 150 + value * 18, y + 11, 11)]
    parts.append(write("moves in an hour", 420, 222, colour="muted", anchor="middle"))
    return svg(COST["title"], "Moves in an hour by clock.", 236, parts)


FIGURES = {"attempts": lines_figure(), "cost": bars_figure()}
TITLES = {panel["name"]: panel["title"] for panel in [ATTEMPTS, COST]}


def simulation(number, state="completed", **more):
    """A simulation as the API shows one."""
    ended = state in ["completed", "failed", "cancelled"]
    return {"id": number, "name": "time-migration", "title": EXPERIMENTS[0]["title"], "kind": "experiment", "state": state, "detail": None,
            "finishedRuns": 104000 if state == "completed" else 0, "allRuns": 104000, "runs": 2000, "seed": 7,
            "createdAt": "2026-07-14T09:30:00.000Z", "startedAt": None if state == "waiting" else "2026-07-14T09:30:01.000Z",
            "endedAt": "2026-07-14T09:30:19.400Z" if ended else None, "createdBy": "operator", **more}


class Simulator:
    """Answers for the simulations of a control plane, and keeps what it was asked."""

    def __init__(self, *simulations):
        self.simulations = {one["id"]: one for one in simulations}
        self.asked = []
        self.figures = dict(FIGURES)
        self.report = REPORT
        self.refusal = None

    def attach(self, page):
        page.route(re.compile(r"/v1/(simulations|experiments)(/|\?|$)"), self._answer)
        return self

    def count(self, method, path):
        """How often it was asked for something."""
        return sum(1 for asked in self.asked if asked[:2] == (method, path))

    def sent(self, path="/v1/simulations"):
        """What was sent there last."""
        return next(body for method, where, body in reversed(self.asked) if method == "POST" and where == path)

    def _whole(self, one):
        if one["state"] != "completed":
            return one
        figures = [{"panel": panel, "title": TITLES[panel], "href": f"/v1/simulations/{one['id']}/figures/{panel}.svg"}
                   for panel in self.figures]
        return {**one, "figures": figures, "report": self.report, "result": RESULT}

    def _begin(self, body):
        kind = "whatIf" if "whatIf" in body else "experiment"
        number = max(self.simulations, default=0) + 1
        name = body.get("experiment", "what-if")
        title = next((one["title"] for one in EXPERIMENTS if one["name"] == name), "This fleet under policy default")
        self.simulations[number] = simulation(number, "waiting", kind=kind, name=name, title=title, runs=body.get("runs", 20000),
                                              seed=body.get("seed", 4))
        return self.simulations[number]

    def _answer(self, route):
        method, path = route.request.method, urlsplit(route.request.url).path
        body = json.loads(route.request.post_data) if route.request.post_data else None
        self.asked.append((method, path, body))
        parts = path.split("/")[2:]
        if parts[0] == "experiments":
            return route.fulfill(json={"items": EXPERIMENTS} if len(parts) == 1 else RESULT["experiment"])
        if len(parts) == 1:
            if method == "GET":
                return route.fulfill(json={"items": sorted(self.simulations.values(), key=lambda one: -one["id"])})
            if self.refusal:
                return route.fulfill(status=422, json=self.refusal, content_type="application/problem+json")
            return route.fulfill(status=202, json=self._begin(body))
        one = self.simulations.get(int(parts[1])) if parts[1].isdigit() else None
        if one is None:
            return route.fulfill(status=404, json={"title": "Not found", "detail": "There is no such simulation."})
        if method == "DELETE":
            del self.simulations[one["id"]]
            return route.fulfill(status=204)
        if parts[2:] == ["cancel"]:
            one.update(state="cancelled", endedAt="2026-07-14T09:30:19.400Z")
            return route.fulfill(status=202, json=one)
        if parts[2:] == ["points.csv"]:
            return route.fulfill(body="panel,series,step,x,y\r\nattempts,static,0.25,0.25,0\r\n", content_type="text/csv")
        if parts[2:3] == ["figures"]:
            return route.fulfill(body=self.figures[parts[3].removesuffix(".svg")], content_type="image/svg+xml")
        return route.fulfill(json=self._whole(one))
