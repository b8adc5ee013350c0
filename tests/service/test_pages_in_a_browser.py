"""The pages in a real browser: with the keyboard alone, and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.sandbox.browser import CHROMIUM, DRIVER, ENTER, TAB, Browser, browsing
from tests.service.process import Served, until
from tests.service.reviews import renamed, tell

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="needs chromium and chromedriver: apt-get install chromium-driver"
)
WIDE = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture
def service(tmp_path: Path, sandbox: SandboxServer) -> Iterator[Served]:
    """A service with a delivery that is done, and one that failed and has a long name."""
    with Served(f"sqlite:///{tmp_path / 'g.db'}", tracker=sandbox.url) as served:
        assert served.deliver("gitlab", tell("gitlab", "approved")) == 202
        assert served.deliver("github", renamed(tell("github", "approved", name="x" * 150), "TEST-1", "TEST-99")) == 202
        until(lambda: "state failed" in served.get("/?state=failed")[1])
        until(lambda: "state done" in served.get("/?state=done")[1])
        yield served


def focus(window: Browser, words: str, most: int = 30) -> None:
    """Press Tab until what has these words is in focus, and can be seen to be."""
    for _ in range(most):
        window.press(TAB)
        if words in window.script("return document.activeElement.textContent || document.activeElement.name"):
            assert window.script("return getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab never comes to {words}")


def test_a_failed_delivery_is_found_and_tried_again_with_the_keyboard(service: Served, window: Browser) -> None:
    window.open(service.url)
    focus(window, "q")
    window.press("test-99" + ENTER)
    window.wait("return document.querySelectorAll('.row').length === 1")
    focus(window, "TEST-99")
    window.press(ENTER)
    window.wait("return document.querySelector('h1').textContent.includes('failed')")
    refusals = "document.body.textContent.split('no issue `TEST-99`').length"
    before = window.script(f"return {refusals}")
    focus(window, "Try again now")
    window.press(ENTER)
    until(lambda: service.get("/deliveries/2")[1].count("a person asked for another try") == 1)
    until(lambda: "state failed" in service.get("/?state=failed")[1])
    window.open(f"{service.url}/deliveries/2")
    assert window.script(f"return {refusals}") > before
    assert window.complaints() == []


@pytest.mark.parametrize("path", ["/", "/deliveries/2", "/?q=nothing"])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_a_phone(service: Served, window: Browser, path: str, dark: bool) -> None:
    window.open(service.url + path, width=360, height=740, dark=dark)
    window.script("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert not window.script(WIDE)
    sizes = window.script("return [...document.querySelectorAll('button, select')].map(one => one.offsetHeight)")
    assert all(size >= 40 for size in sizes)
