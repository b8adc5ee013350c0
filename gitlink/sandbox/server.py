"""The sandbox as a server on the loopback address: on a thread for tests, in front for the command line."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from uvicorn import Server

from . import store
from .app import create_app
from .guard import HEADER, VARIABLE
from .seed import ORG_ID, TOKEN, fresh
from .state import Tracker
from .wire import HOST, listen, make_server

_STOP_S = 10.0


class SandboxServer:
    """A sandbox on a thread: `with SandboxServer() as sandbox: sandbox.url, sandbox.state`; port 0 takes a free one."""

    def __init__(
        self,
        port: int = 0,
        *,
        state: Tracker | None = None,
        data_file: Path | None = None,
        token: str | None = None,
        outside: bool = False,
    ) -> None:
        self.state = state or _tracker(data_file)
        self.token = token or chosen_token()
        self._socket = listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self._server = _serving(self.state, data_file, self.token, outside)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> None:
        """Start to serve; returns when it answers."""
        self._thread.start()
        with socket.create_connection((HOST, self.port), timeout=_STOP_S) as probe:
            host = f"{HOST}:{self.port}".encode()
            probe.sendall(b"HEAD / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
            if not probe.recv(1):
                raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """Stop to serve and wait for the end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._socket.close()

    def __enter__(self) -> SandboxServer:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


def serve(port: int, data_file: Path | None = None, *, outside: bool = False) -> int:
    """Serve until Ctrl-C and return the exit code: 0, or 3 if the port, the data file or the token cannot be had."""
    try:
        token, state, listening = chosen_token(), _tracker(data_file), listen(port)
    except BadToken:
        sys.stderr.write(f"gitlink: {VARIABLE} is not 8 to 200 ASCII characters without a space; unset {VARIABLE}\n")
        return 3
    except (OSError, ValueError, OverflowError) as fault:
        sys.stderr.write(f"gitlink: {_explained(fault, port, data_file)}\n")
        return 3
    for name, value in exports(listening.getsockname()[1], token).items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.flush()
    sys.stderr.write(f"gitlink: the board is at http://{HOST}:{listening.getsockname()[1]}/\n")
    try:
        _serving(state, data_file, token, outside).run([listening])
    except KeyboardInterrupt:
        pass  # uvicorn has ended in order and raises the signal once more
    finally:
        listening.close()
    return 0


def exports(port: int, token: str | None = None) -> dict[str, str]:
    """Return the variables that point gitlink at a sandbox on *port*; with *token*, what steers it too."""
    named = {"TRACKER_API_BASE_URL": f"http://{HOST}:{port}", "TRACKER_TOKEN": TOKEN, "TRACKER_ORG_ID": ORG_ID}
    return named | ({VARIABLE: token} if token else {})


class BadToken(ValueError):
    """The token of the environment is none that a header could carry, or is soon guessed."""


def chosen_token() -> str:
    """Return the token that the environment asks for, else a new one that nobody can guess."""
    token = os.environ.get(VARIABLE, "")
    if token and not re.fullmatch("[!-~]{8,200}", token):
        raise BadToken
    return token or secrets.token_urlsafe()


def steering(token: str) -> dict[str, str]:
    """Return the headers with which `/_sandbox/` lets a request in."""
    return {HEADER: token}


def _explained(fault: Exception, port: int, data_file: Path | None) -> str:
    if isinstance(fault, OSError) and fault.filename:
        return f"cannot use {data_file}: {fault.strerror}"
    if isinstance(fault, ValueError):
        return f"{data_file} is not a sandbox's data file; name another one or remove it"
    reason = fault.strerror if isinstance(fault, OSError) else str(fault)
    return f"cannot listen on {HOST}:{port}: {reason}; choose another one with --port"


def _now() -> datetime:
    return datetime.now(UTC)


def _tracker(data_file: Path | None) -> Tracker:
    """Return the Tracker that *data_file* holds, or a fresh one; a file that is not there yet is written."""
    if data_file is None:
        return Tracker(fresh(_now), _now)
    if data_file.exists():
        return Tracker(store.load(data_file), _now)
    world = fresh(_now)
    store.save(world, data_file)
    return Tracker(world, _now)


def _serving(state: Tracker, data_file: Path | None, token: str, outside: bool) -> Server:
    def changed() -> None:
        if data_file is not None:
            store.save(state.world, data_file)

    return make_server(lambda hang_up: create_app(state, token, changed=changed, hang_up=hang_up, outside=outside))
