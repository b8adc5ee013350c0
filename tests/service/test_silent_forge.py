"""A forge that takes a question and never answers: what has to do with others goes on, and in the end its own too."""

import threading
from collections.abc import Callable

from gitlink.errors import ForgeRefused, Unreachable
from gitlink.sandbox.server import SandboxServer
from gitlink.service.silence import ForgeAway, Silence
from gitlink.transport.send import Transport
from tests.service.process import until
from tests.service.reviews import tell
from tests.service.rig import Rig
from tests.tracker.loopback import Answer, Seen, serving, told

Make = Callable[..., Rig]


def test_a_forge_that_hangs_holds_up_no_other(database: str, sandbox: SandboxServer) -> None:
    """Nothing here is over by the clock: the forge is silent until the others are done."""
    over = threading.Event()

    def silence(_: Seen) -> Answer:
        over.wait(120)
        return told([])

    with serving(silence) as server:
        its = Rig(database, sandbox, forge=server.url, transport=lambda: Transport(request_s=300, total_s=300))
        for number in range(10, 30):
            opening = tell("github", "approved", 1, f"hung-{number}", number=number, head={"ref": f"TEST-{number}"})
            its.take(opening)
        its.workers.start()
        try:
            until(lambda: len(server.seen) >= 4, 120)
            its.take(tell("gitlab", "approved"), "gitlab")
            until(lambda: its.desk.listing(limit=1)[0].state == "done", 120)
            assert its.status() == "readyForTest"
            assert all(row.finished is None and row.attempts <= 1 for row in its.desk.listing()[1:])
        finally:
            over.set()
            its.workers.close(60)


def test_what_has_to_do_with_a_silent_forge_does_not_wait_for_it_one_by_one(rig: Make) -> None:
    with serving(lambda _: Answer(502)) as server:
        its = rig(forge=server.url)
        for number in range(1, 10):
            name = f"TEST-{number}"
            its.take(tell("github", "approved", 1, name, number=number, title=name, head={"ref": f"{name}-x"}))
        its.work()
        asked = {seen.path for seen in server.seen}
        rows = its.desk.listing()
        assert ({row.state for row in rows}, len(asked)) == ({"waiting"}, 3)
        assert "it gave none the last 3 times" in (rows[0].error or "")
        its.later_s += 700
        its.work()
        assert {row.state for row in its.desk.listing()} <= {"done", "failed"}  # not each of the issues is there
    assert its.status() == "readyForTest"


class Asker:
    """Asks hosts that answer as they are told to, and notes who was asked."""

    def __init__(self) -> None:
        self.now = 0.0
        self.silence = Silence(lambda: self.now)

    def ask(self, fault: Exception | None = None, host: str = "a.example.com") -> str:
        was_asked = False
        try:
            with self.silence.asking(host):
                was_asked = True
                if fault:
                    raise fault
        except ForgeAway:
            return "silence" if was_asked else "not asked"
        except ForgeRefused:
            return "no"
        return "yes"


def test_after_three_that_waited_in_vain_one_asks_at_a_time_and_ever_more_seldom() -> None:
    asker, away = Asker(), Unreachable("no answer")
    assert [asker.ask(away) for _ in range(4)] == ["silence", "silence", "silence", "not asked"]
    assert asker.ask(host="b.example.com") == "yes"
    pauses = []
    for _ in range(9):
        start = asker.now
        while asker.ask(away) == "not asked":
            asker.now += 0.5
        pauses.append(asker.now - start)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    asker.now += 60
    with asker.silence.asking("a.example.com"):
        assert asker.ask() == "not asked"
    assert [asker.ask(), asker.ask(away), asker.ask(away), asker.ask()] == ["yes", "silence", "silence", "yes"]


def test_a_no_is_an_answer() -> None:
    asker = Asker()
    said = [asker.ask(Unreachable("x")), asker.ask(Unreachable("x")), asker.ask(ForgeRefused("no"))] * 3
    assert [asker.ask(Unreachable("x")), *said].count("not asked") == 0
