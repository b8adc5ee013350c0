"""The board: escaped, self-contained, and live in a real browser, with a keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.service.process import until

from .asking import Api
from .browser import CHROMIUM, DRIVER, ENTER, TAB, Browser, browsing

in_browser = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="needs chromium and chromedriver: apt-get install chromium-driver"
)
EVIL = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>"
BENCH = "https://bench.example.com/1"


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


def card(api: Api, key: str) -> str:
    return f"document.getElementById('issue-{api('GET', f'/issues/{key}').json()['id']}')"


def fill(api: Api) -> None:
    api("PATCH", "/issues/TEST-2", {"summary": EVIL, "description": EVIL, "benchLink": BENCH, "tags": [EVIL]})
    api("POST", "/issues/TEST-2/comments", {"text": EVIL})
    api("POST", "/issues/TEST-2/worklog", {"start": "2026-03-01T10:00:00Z", "duration": "PT1H30M", "comment": EVIL})
    api("POST", "/issues/TEST-2/links", {"relationship": "depends on", "issue": "TEST-1"})
    api("POST", "/issues/TEST-2/remotelinks", {"relationship": "RELATES", "key": EVIL, "origin": "ru.yandex.gitlab"})
    body = {"name": EVIL, "actions": [{"type": "Update", "update": {"priority": "minor"}}]}
    api("POST", "/queues/TEST/triggers", body)
    api.move("TEST-2", "ready_to_test", comment="Merged")
    api("POST", "/_sandbox/slack/services/T/B/x", {"text": EVIL})


def test_everything_on_the_page_is_escaped(api: Api) -> None:
    fill(api)
    page = requests.get(api.url, headers={"Accept-Language": "en"}, timeout=10)
    assert "<img" not in page.text and "<script>" not in page.text and page.text.count("&lt;script&gt;") >= 7
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_page_needs_nothing_from_elsewhere(api: Api) -> None:
    page = requests.get(api.url, timeout=10).text
    assert "//" not in page.replace("<!doctype html>", "")
    for name, kind in (("board.css", "text/css"), ("board.js", "text/javascript")):
        answer = requests.get(f"{api.url}/_sandbox/static/{name}", timeout=10)
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, kind)
        assert "http" not in answer.text
    assert requests.get(f"{api.url}/_sandbox/static/..%2fboard.py", timeout=10).status_code == 404


def test_the_changing_part_is_sent_only_when_it_has_changed(api: Api) -> None:
    url = f"{api.url}/_sandbox/board?queue=TEST"
    tag = requests.get(url, timeout=10).headers["ETag"]
    assert requests.get(url, headers={"If-None-Match": tag}, timeout=10).status_code == 304
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    answer = requests.get(url, headers={"If-None-Match": tag}, timeout=10)
    assert (answer.status_code, "New" in answer.text, "WEB-1" in answer.text) == (200, True, False)


@in_browser
def test_a_card_moves_by_itself_and_stays_open(api: Api, window: Browser) -> None:
    window.open(api.url)
    where = f"return {card(api, 'TEST-1')}.closest('.column').id"
    assert window.script(where) == "status-open"
    window.script(f"window.kept = {card(api, 'TEST-1')}; kept.querySelector('details').open = true")
    api.move("TEST-1", "start_progress", comment="On it")
    window.wait(f"return {card(api, 'TEST-1')}.closest('.column').id === 'status-inProgress'")
    assert window.script(f"return {card(api, 'TEST-1')} === kept && kept.querySelector('details').open")
    assert "TEST-1: Open → In progress" in window.wait("return document.getElementById('news').textContent")
    window.wait(f"return {card(api, 'TEST-1')}.textContent.includes('On it')")
    made = api("POST", "/issues", {"queue": "TEST", "summary": "Brand new"}).json()
    window.wait(f"return document.getElementById('issue-{made['id']}') !== null")


@in_browser
def test_a_card_shows_everything_and_runs_nothing(api: Api, window: Browser) -> None:
    fill(api)
    window.open(api.url)
    window.complaints()
    text = window.script(f"return {card(api, 'TEST-2')}.textContent")
    for part in ("TEST-2", "bench.example.com", "Merged", "depends on TEST-1", "PT1H30M", "ru.yandex.gitlab"):
        assert part in text
    assert "In progress → Ready for test" in text and "trigger «<img" in text
    assert window.script(f"return {card(api, 'TEST-2')}.querySelector('.bench a').href") == BENCH
    api.move("TEST-2", "start_testing")
    window.wait(f"return {card(api, 'TEST-2')}.closest('.column').id === 'status-testing'")
    assert window.script("return window.pwned === undefined && !document.querySelector('main img')")
    assert window.complaints() == []
    origins = "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)"
    assert set(window.script(origins)) == {api.url}


@in_browser
def test_with_the_keyboard_alone(api: Api, window: Browser) -> None:
    window.open(f"{api.url}/?queue=TEST")
    for _ in range(20):
        window.press(TAB)
        if window.script("return document.activeElement.matches('.card summary')"):
            break
    assert window.script("return document.activeElement.textContent").startswith("TEST-1")
    window.press(ENTER)
    assert window.script("return document.activeElement.closest('details').open")
    assert window.script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    api.move("TEST-1", "start_progress")
    window.wait(f"return {card(api, 'TEST-1')}.closest('.column').id === 'status-inProgress'")
    assert window.script("return document.activeElement.textContent").startswith("TEST-1")


@in_browser
@pytest.mark.parametrize(("width", "side_by_side"), [(1400, True), (390, False)], ids=["desktop", "phone"])
def test_columns_stand_side_by_side_or_below_each_other(
    api: Api, window: Browser, width: int, side_by_side: bool
) -> None:
    api("PATCH", "/issues/TEST-1", {"summary": "x" * 300, "benchLink": "https://" + "y" * 200 + ".example.com"})
    window.open(api.url, width=width)
    tops = "return [...document.querySelectorAll('.column')].map((one) => one.getBoundingClientRect().top)"
    until(lambda: (len(set(window.script(tops))) == 1) == side_by_side)  # a window has its width a moment later
    assert window.script("return document.documentElement.scrollWidth <= innerWidth")


@in_browser
def test_dark_where_the_system_is_dark(api: Api, window: Browser) -> None:
    grounds = []
    for dark in (False, True):
        window.open(api.url, dark=dark)
        grounds.append(window.script("return getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(244, 245, 247)", "rgb(20, 23, 26)"]


@in_browser
def test_without_a_script_it_reloads_itself(api: Api) -> None:
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in requests.get(api.url, timeout=10).text
