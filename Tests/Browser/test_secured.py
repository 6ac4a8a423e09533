"""The page through TLS."""

import os
import signal
import subprocess

import pytest

from lab import PROGRAM, ROOT


@pytest.fixture
def secured(tmp_path):
    """The address of a control plane that speaks TLS, with nothing in its fleet."""
    server = subprocess.Popen(
        [PROGRAM, "serve", "--tls", "--listen", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0",
         "--state", str(tmp_path / "state"), "--shared", str(tmp_path / "shared")],
        env={"RELOCATE_HOME": str(ROOT), **os.environ}, stdout=subprocess.PIPE, text=True)
    try:
        line = next(line for line in server.stdout if line.startswith("operators: "))
        yield line.split()[1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def test_the_page_is_live_through_tls_over_one_http2_connection(browser, secured, complaints):
    assert secured.startswith("https://")
    # The authority is one that this browser has never heard of.
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    complaints.follow(page)
    page.goto(secured)
    page.locator("#connection[data-phase=live]").wait_for()
    protocols = page.evaluate(
        "performance.getEntries().map((entry) => entry.nextHopProtocol).filter((name) => name)")
    assert set(protocols) == {"h2"}
    assert complaints == []
    context.close()
