"""A real headless Chromium, driven over WebDriver's own HTTP (https://www.w3.org/TR/webdriver2/) by chromedriver."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
_KEY = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element
ENTER = "\ue007"
TAB = "\ue004"


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.http = requests.Session()
        self.http.trust_env = False

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.http.request(method, self.session + path, json=body, timeout=30)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def open(self, url: str, *, width: int = 1400, height: int = 900, dark: bool = False) -> None:
        """Go to *url* in a window of that size."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("POST", "/url", {"url": url})

    def command(self, name: str, **parameters: object) -> Any:
        """Run a command of Chromium's DevTools protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def script(self, text: str) -> Any:
        """Run *text* in the page and return what it returns."""
        return self._ask("POST", "/execute/sync", {"script": text, "args": []})

    def wait(self, text: str, timeout_s: float = 10.0) -> Any:
        """Run *text* until it returns something true; return that."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if value := self.script(text):
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {text}")

    def press(self, keys: str) -> None:
        """Press keys where the focus is."""
        element = self._ask("GET", "/element/active")[_KEY]
        self._ask("POST", f"/element/{element}/value", {"text": keys})

    def complaints(self) -> list[str]:
        """Return what the console complained about."""
        entries = self._ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start driver and browser, and end both."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [str(DRIVER), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert process.stdout is not None
            port = next(
                match[1] for line in process.stdout if (match := re.search(r"successfully on port (\d+)", line))
            )
            yield from _session(f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()
            process.wait(10)
            if process.stdout:
                process.stdout.close()


def _session(base: str, folder: str) -> Iterator[Browser]:
    words = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder}",
        "--lang=en",
    ]
    options = {"binary": CHROMIUM, "args": words, "prefs": {"intl.accept_languages": "en"}}
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    http = requests.Session()
    http.trust_env = False
    body = json.dumps({"capabilities": {"alwaysMatch": wanted}})
    answer = http.post(f"{base}/session", data=body, timeout=60).json()["value"]
    session = f"{base}/session/{answer['sessionId']}"
    try:
        yield Browser(session)
    finally:
        http.delete(session, timeout=30)
