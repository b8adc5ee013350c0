"""A forge that takes a question and never answers: what has to do with others goes on, and in the end its own too."""

import threading
from collections.abc import Callable

from gitlink.sandbox.server import SandboxServer
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
