"""Deliveries with broken bytes, JSON and headers against the running service: python -m tests.service.mutate 100000.

Half of them carry a signature that fits what they have become: then they are authentic, and must get a 2xx whatever
they hold. The others must get in nowhere.
"""

import copy
import http.client
import json
import math
import random
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gitlink.service.receiver import BODY_LIMIT
from tests.forge.samples import Delivery, all_of_them
from tests.service.lag import measured
from tests.service.process import Served
from tests.service.reviews import ID_HEADERS, signed

_ODD: list[Any] = [None, True, -1, 0, 2**70, 1.5, "", "\0", "\ud800", "x" * 5000, [], {}, [[[[]]]], {"a": {"b": 1}}]
_SENDERS = 4
_LARGE = 0.02  # so many of them are made large
_LONG = ("TEST-{} ", "%41", "AAAAAAAAAAAAAAAA-1", "fixes TEST-{}, ", "-", "A-1 ", "\u0422EST-1 ", "a" * 50, "\n")
_WARM = 500


@dataclass
class Figures:
    """What came of it. `grown_mib`: how much more memory the service has than after its first requests.

    `lag_…`: how long others waited for an answer meanwhile.
    """

    answers: Counter[int] = field(default_factory=Counter)
    server_errors: int = 0
    wrongly_accepted: int = 0
    refused_though_authentic: int = 0
    grown_mib: float = 0.0
    lag_p99_s: float = 0.0
    lag_worst_s: float = 0.0


def mutate(number: int, seed: int) -> Figures:
    """Send so many."""
    figures, guard = Figures(), threading.Lock()
    with tempfile.TemporaryDirectory() as name, Served(f"sqlite:///{name}/gitlink.db", "--role", "receive") as service:

        def send(sender: int, count: int) -> None:
            dice = random.Random(f"{seed} {sender}")
            connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=60)
            for _ in range(count):
                _one(connection, dice, figures, guard)
            connection.close()

        warm = min(_WARM, number)
        send(99, warm)
        before = _resident_mib(service.process.pid)
        threads = [threading.Thread(target=send, args=(n, (number - warm) // _SENDERS)) for n in range(_SENDERS)]
        with measured(service.url) as lag:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        figures.lag_p99_s, figures.lag_worst_s = lag.p99_s, lag.worst_s
        figures.grown_mib = _resident_mib(service.process.pid) - before
        assert service.get("/healthz") == (200, "ok\n")
    return figures


def _one(connection: http.client.HTTPConnection, dice: random.Random, figures: Figures, guard: threading.Lock) -> None:
    forge, sample = dice.choice(all_of_them())
    headers, body = _grown(dice, sample) if dice.random() < _LARGE else _changed(dice, sample)
    headers = {**headers, ID_HEADERS[forge]: str(dice.random())}
    # In a form Gitea signs the field, not the body: with such a header this is none of its deliveries.
    is_authentic = dice.random() < 0.5 and not (forge == "gitea" and "form" in headers["content-type"])
    if is_authentic:
        headers, body = signed(forge, (headers, body))
    elif dice.random() < 0.7:
        headers, body = signed(forge, (headers, body), dice.choice(["", "wrong", "\xff", "sha256="]))
    status = _ask(connection, f"/hooks/{forge}", headers, body)
    with guard:
        figures.answers[status] += 1
        figures.server_errors += status >= 500 or status == 0
        figures.wrongly_accepted += status < 300 and not is_authentic
        figures.refused_though_authentic += status >= 400 and is_authentic


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], body: bytes) -> int:
    for _ in range(2):
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            connection.close()  # an idle connection may have been closed meanwhile
    return 0


def _changed(dice: random.Random, sample: Delivery) -> Delivery:
    headers, body = dict(sample[0]), sample[1]
    kind = dice.randrange(4)
    if kind == 0:
        body = _broken_bytes(dice, body)
    elif kind == 1:
        top = json.loads(body)
        for _ in range(dice.randint(1, 4)):
            _graft(dice, top)
        body = json.dumps(top).encode("utf-8", "surrogatepass")
    elif kind == 2:
        name = dice.choice([*headers, "content-type", "content-encoding", "x-attempt-number"])
        odd = ["", "x" * 2000, "application/x-www-form-urlencoded", "\xe4", "pr:x", "pullrequest:", "gzip", "-1"]
        headers[name] = dice.choice(odd)
    else:
        body = dice.choice([b"", b"[" * 50_000, b"payload=" + body, b"\xef\xbb\xbf" + body, body * 3])
    return headers, body


def _grown(dice: random.Random, sample: Delivery) -> Delivery:
    """Return a delivery with a text of up to 5 MiB, of the kind that takes long to look through."""
    headers, body = dict(sample[0]), sample[1]
    unit = dice.choice(_LONG)
    left = int(2 ** dice.uniform(12, math.log2(BODY_LIMIT))) - len(body) - 100
    text = "".join([unit.format(number) for number in range(max(1, left // (len(unit) + 4)))])
    if dice.random() < 0.2:
        form = {"content-type": "application/x-www-form-urlencoded"}
        return headers | form, (b"payload=" + text.encode())[: BODY_LIMIT - 1]
    top = json.loads(body)
    place = next((top[name] for name in ("pull_request", "pullrequest", "pullRequest", "issue") if name in top), top)
    place = place.get("object_attributes", place)
    place["title"] = place["description"] = text[: left // 2]
    place["body"] = text[: left // 2]
    for name in ("head", "source_branch", "source", "fromRef"):
        place.pop(name, None)
    return headers, json.dumps(top).encode()[:BODY_LIMIT]


def _broken_bytes(dice: random.Random, body: bytes) -> bytes:
    raw = bytearray(body)
    for _ in range(dice.randint(1, 5)):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw[: dice.randint(1, len(raw))] if dice.random() < 0.3 else raw)


def _graft(dice: random.Random, top: Any) -> None:
    """Put something odd somewhere into *top*."""
    while True:
        names = list(top) if isinstance(top, dict) else list(range(len(top)))
        if not names:
            return
        name = dice.choice(names)
        inner = top[name]
        if isinstance(inner, dict | list) and dice.random() < 0.8:
            top = inner
            continue
        top[name] = copy.deepcopy(dice.choice(_ODD))
        return


def _resident_mib(pid: int) -> float:
    """Return a process's memory (proc(5): the second number of `statm` counts pages), 0 where there is no /proc."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20
    except OSError:
        return 0.0


def main() -> None:
    """Send as many as the command line says."""
    figures = mutate(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, seed=1)
    print(figures)


if __name__ == "__main__":
    main()
