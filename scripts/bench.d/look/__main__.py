"""Measures the page in a real browser: what its first look weighs and takes, and how it bears a large fleet."""

import argparse
import json
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests/Browser"))

from playwright.sync_api import sync_playwright  # noqa: E402

import feed  # noqa: E402
from conftest import chromium  # noqa: E402

FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const frame = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""


def weigh(browser, url):
    """The first look: bytes of all files with their heads, and the time until hosts and containers can be clicked."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    paths, sizes = {}, {}
    session.on("Network.responseReceived", lambda event: paths.update({event["requestId"]: event["response"]["url"].removeprefix(url)}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.add_init_script("""
        new MutationObserver((_, observer) => {
            if (!document.querySelector(".chip, .dot")) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => (window.interactiveAt = performance.now())));
        }).observe(document, { subtree: true, childList: true });""")
    page.goto(url)
    page.wait_for_function("() => window.interactiveAt")
    took = page.evaluate("interactiveAt")
    page.wait_for_timeout(1000)
    first = sum(size for key, size in sizes.items() if not paths[key].startswith("/v1/"))
    for view in ["relocations", "exposure", "policy", "operation"]:
        page.goto(f"{url}/?view={view}")
        page.wait_for_timeout(500)
    context.close()
    return first, took


def heap(session):
    """The page's JavaScript heap after a full collection, in MiB, and its nodes."""
    session.send("HeapProfiler.collectGarbage")
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 2**20, int(metrics["Nodes"])


def bear(browser, url, fleet, seconds):
    """Lets events come for a while; gives samples of frames and memory."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(url)
    page.locator("#connection[data-phase=live]").wait_for(timeout=60_000)
    page.locator(".dot").first.wait_for(timeout=60_000)
    page.evaluate(FRAMES)
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        events = fleet.sequence
        page.evaluate("() => { frames_.length = 0; }")
        page.wait_for_timeout(min(10_000, max(1000, (end - time.monotonic()) * 1000)))
        frames = page.evaluate("frames_.slice(1)")
        events = fleet.sequence - events
        used, nodes = heap(session)
        samples.append({
            "framesPerSecond": 1000 * len(frames) / sum(frames), "slowestMilliseconds": max(frames),
            "p99Milliseconds": statistics.quantiles(frames, n=100)[98], "eventsPerSecond": events / (sum(frames) / 1000), "heapMiB": used, "nodes": nodes,
        })
        say(f"{len(samples) * 10:5} s  {samples[-1]['framesPerSecond']:5.1f} frames/s, slowest {samples[-1]['slowestMilliseconds']:6.1f} ms, "
            f"{samples[-1]['eventsPerSecond']:6.0f} events/s, heap {used:6.1f} MiB, {nodes} nodes")
    page.close()
    return samples


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench page", description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--containers", type=int, default=5000)
    parser.add_argument("--tenants", type=int, default=12)
    parser.add_argument("--moves", type=float, default=17, help="moves a second; 5000 containers that stay 5 minutes make 17")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--url", help="weigh the page of this control plane in place of the made-up one's")
    parser.add_argument("--json", help="write every sample there")
    options = parser.parse_args()
    small = feed.Fleet(6, 24, 4, 0)
    large = feed.Fleet(options.hosts, options.containers, options.tenants, options.moves)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        servers = [feed.serve(fleet, ROOT / "Public") for fleet in (small, large)]
        urls = [f"http://127.0.0.1:{server.server_address[1]}" for server in servers]
        looks = [weigh(browser, options.url or urls[0]) for _ in range(5)]
        say(f"First look: {looks[0][0] / 1024:.1f} KiB in all; can be used after {statistics.median(took for _, took in looks):.0f} ms (median of 5)")
        say(f"{options.hosts} hosts, {options.containers} containers, {options.moves:g} moves a second, for {options.seconds} s")
        samples = bear(browser, urls[1], large, options.seconds) if options.seconds else []
        browser.close()
    if samples:
        steady = samples[len(samples) // 10:]
        first, last = (statistics.mean(sample["heapMiB"] for sample in part) for part in (steady[:3], steady[-3:]))
        print(f"frames a second: {min(sample['framesPerSecond'] for sample in steady):.1f} at least in 10 s, {statistics.mean(sample['framesPerSecond'] for sample in steady):.1f} on average")
        print(f"frame time: {max(sample['p99Milliseconds'] for sample in steady):.1f} ms p99 at most, {max(sample['slowestMilliseconds'] for sample in steady):.1f} ms the slowest")
        print(f"events a second: {statistics.mean(sample['eventsPerSecond'] for sample in steady):.0f}")
        print(f"heap: {first:.1f} MiB at the beginning, {last:.1f} MiB at the end; nodes {steady[0]['nodes']} and {steady[-1]['nodes']}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"looks": looks, "samples": samples}, indent=1))


if __name__ == "__main__":
    main()
