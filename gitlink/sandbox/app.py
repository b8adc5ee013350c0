"""The sandbox as an ASGI app: API, steering, board and messengers around one Tracker."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Scope

from .api import api_routes, refuse_http
from .automation import Automation
from .board import Board
from .control import Control
from .faults import Faults, Journal
from .front import Front, HangUp
from .guard import Guard
from .messengers import Messengers
from .state import Tracker
from .webhooks import Courier


def create_app(
    state: Tracker,
    token: str,
    *,
    changed: Callable[[], None] | None = None,
    hang_up: HangUp | None = None,
    outside: bool = False,
) -> Starlette:
    """Return the app in front of *state*; *changed* is called after every write and before its answer.

    *token* is asked for by `/_sandbox/`; *outside*: triggers may send their requests to other machines too.
    *hang_up* closes the connection of a request; without it the fault `close` raises RuntimeError.
    """
    journal, faults, messengers = Journal(), Faults(), Messengers()
    board = Board(state, messengers)

    def touched() -> None:
        board.revision += 1
        if changed is not None:
            changed()

    courier = Courier(state, touched, outside)
    automation = Automation(state, courier)

    def written() -> None:
        automation.settle()
        touched()

    def restarted() -> None:
        state.forget()
        courier.forget()

    control = Control(state, journal, faults, messengers, touched, restarted)
    app = Starlette(
        routes=[*board.routes(), *control.routes(), *messengers.routes(touched), *api_routes(state, written)],
        exception_handlers={HTTPException: refuse_http},
        middleware=[
            Middleware(Guard, token=token),
            Middleware(
                Front,
                journal=journal,
                faults=faults,
                tracker=state,
                hang_up=hang_up or _cannot_hang_up,
            ),
        ],
    )
    app.router.redirect_slashes = False
    return app


def _cannot_hang_up(_: Scope) -> None:
    raise RuntimeError("only the sandbox's own server can close a connection")
