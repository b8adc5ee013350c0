"""One HTTP/1.1 request over a connection of its own: no redirects, no proxy, the answer's head only.

Without *outside* to this machine alone: a trigger that somebody else wrote must not reach what only this machine can.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

_MOST_HEAD = 64 * 1024


class Unsendable(Exception):
    """A request cannot be made of what a trigger says; *args*: why."""


class NotHere(Exception):
    """A request would leave this machine, and the sandbox was not told that it may; *args*: the host."""


@dataclass(slots=True)
class Outgoing:
    """A request; *secret* headers are sent and never logged."""

    method: str
    url: str
    headers: dict[str, str]
    body: str
    secret: dict[str, str]


async def exchange(request: Outgoing, timeout_s: float, *, outside: bool) -> tuple[int | None, dict[str, str]]:
    """Send *request* and return the answer's status and headers; None if no answer came in time; raise NotHere."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _exchange(request, outside)
    except (OSError, TimeoutError, ValueError, EOFError, asyncio.LimitOverrunError):
        return None, {}


async def _exchange(request: Outgoing, outside: bool) -> tuple[int, dict[str, str]]:
    parts = urlsplit(request.url)
    secure = ssl.create_default_context() if parts.scheme.lower() == "https" else None
    name, port = parts.hostname or "", parts.port or (443 if secure else 80)
    address = name if outside else await _here(name, port)
    certified = name if secure else None
    reader, writer = await asyncio.open_connection(
        address, port, ssl=secure, server_hostname=certified, limit=_MOST_HEAD
    )
    try:
        writer.write(_written(request))
        await writer.drain()
        while True:
            status, headers = _head(await reader.readuntil(b"\r\n\r\n"))
            if status >= 200:  # 1xx: the answer is still to come
                return status, headers
    finally:
        writer.close()


async def _here(name: str, port: int) -> str:
    """Return the loopback address that *name* means; the connection goes to it, not to the name once more."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    for *_, (address, *_) in found:
        if ipaddress.ip_address(str(address).partition("%")[0]).is_loopback:
            return str(address)
    raise NotHere(name)


def _written(request: Outgoing) -> bytes:
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = request.body.encode("utf-8", errors="replace") if request.method != "GET" else b""
    host = parts.netloc.rpartition("@")[2]
    fixed = {"Host": host, "User-Agent": "gitlink-sandbox", "Connection": "close"}
    if request.method != "GET":
        fixed["Content-Length"] = str(len(body))
    lines = [f"{request.method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in {**request.headers, **request.secret, **fixed}.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", errors="replace") + body


def _head(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers = (line.partition(":") for line in lines if ":" in line)
    return int(first.split(" ")[1]), {name.strip(): value.strip() for name, _, value in headers}
