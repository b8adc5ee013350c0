"""`gitlink serve` as a process of its own, as installed, and what is asked of it over HTTP."""

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from gitlink.forge.model import Forge
from gitlink.sandbox.seed import ORG_ID, TOKEN
from tests.conftest import SCRIPTS
from tests.forge.samples import Delivery
from tests.service.reviews import SECRET, signed

_LISTENS = re.compile(r"listening on (http://\S+)/,")


class Served:
    """One process; `log`: the lines it has written. Ended by `kill` or when the block is left."""

    def __init__(self, database: str, *args: str, tracker: str = "", environ: Mapping[str, str] | None = None) -> None:
        known = {
            "GITLINK_DATABASE_URL": database,
            "GITLINK_WEBHOOK_SECRET": SECRET,
            "TRACKER_API_BASE_URL": tracker,
            "TRACKER_TOKEN": TOKEN,
            "TRACKER_ORG_ID": ORG_ID,
            **(environ or {}),
        }
        self.is_listening = "work" not in args
        self.command = (str(SCRIPTS / "gitlink"), "serve", *(("--port", "0") if self.is_listening else ()), *args)
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **{name: value for name, value in known.items() if value}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.log: list[str] = []
        self._address: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            found = _LISTENS.search(line)
            if found:
                self._address.put(found[1])
        self._address.put("")

    def ready(self) -> "Served":
        """Wait until it answers."""
        if self.is_listening and not self.url:
            self.url = self._address.get(timeout=30)
            assert self.url, "".join(self.log)
            until(lambda: self.get("/readyz")[0] == 200)
        return self

    def __enter__(self) -> "Served":
        return self.ready()

    def __exit__(self, *_: object) -> None:
        self.kill(signal.SIGTERM)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it and wait for its end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)
        self._reader.join(5)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, str]:
        """Return status and text of one answer."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self.ask("GET", path, headers, None)

    def deliver(self, forge: Forge, delivery: Delivery) -> int:
        """Send a delivery with a valid signature; return the status of the answer, 0 where there was none."""
        headers, body = signed(forge, delivery)
        return self.ask("POST", f"/hooks/{forge}", headers, body)[0]


def until(is_so: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def deliveries(database: str, *args: str) -> list[dict[str, Any]]:
    """Ask `gitlink deliveries list`."""
    command = (str(SCRIPTS / "gitlink"), "deliveries", "list", "--json", "--database", database, *args)
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return listed
