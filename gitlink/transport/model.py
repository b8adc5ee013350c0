"""What is sent and what comes back, and what of an address may be printed; opens no socket.

An address can be a secret (Slack's webhooks, Telegram's bots), and a header always may: neither is ever part of an
error or of a `repr`, which name scheme and host only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from gitlink.core.text import printable
from gitlink.errors import Unreachable

# A path that is quoted more often than so is nobody's in earnest, and each layer is read whole.
_MOST_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `is_repeatable`: doing it twice is the same as doing it once, though the method does not say so.

    `root`: the address that the credentials in `headers` are for and below which they stay; empty: the whole host.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    is_repeatable: bool = False
    root: str = field(default="", repr=False)

    @property
    def is_read(self) -> bool:
        """Whether the method promises to change nothing (RFC 9110, 9.2.1)."""
        return self.method in ("GET", "HEAD")

    @property
    def label(self) -> str:
        """Method and host, fit to be printed."""
        return f"{self.method} {origin(self.url)}"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whatever its status. `headers`: lower-case names."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoAnswer(Unreachable):
    """There was no answer to use.

    `uncertain`: it was a write and may have happened all the same. `is_final`: the same again would end the same.
    """

    def __init__(self, message: str, *, uncertain: bool = False, is_final: bool = False, **told: str | None) -> None:
        super().__init__(message, **told)
        self.uncertain = uncertain
        self.is_final = is_final


def _split(url: str) -> SplitResult:
    """Return the parts of *url*; raises ValueError for one that another reader may take for another host's.

    urllib3, which sends, ends the authority at a backslash, and `urlsplit` only at a slash, which drops tabs.
    """
    if "\\" in url or any([char.isspace() or not char.isprintable() for char in url]):
        raise ValueError("an ambiguous address")
    return urlsplit(url)


def origin(url: str) -> str:
    """Return scheme, host and port of *url*: what a token is bound to, and all of an address that may be printed."""
    try:
        parts = _split(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "an address that cannot be read"
    standard = {"https": 443, "http": 80}.get(parts.scheme) == port
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return printable(f"{parts.scheme}://{host}" + ("" if standard else f":{port}"))


def is_loopback(url: str) -> bool:
    """Whether *url* is of this machine: then nobody overhears plain HTTP, and no proxy is asked (as browsers do)."""
    try:
        host = _split(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Whether a secret may go to *url*: over HTTPS, or to this machine."""
    return url.lower().startswith("https://") or is_loopback(url)


def is_below(url: str, root: str) -> bool:
    """Whether *url* is on *root*'s host and its path below *root*'s, however a server may read that path."""
    try:
        there, target = _split(root).path.rstrip("/"), _split(url)
        if "@" in target.netloc or _peer(url) != _peer(root):
            return False
    except ValueError:
        return False
    path = target.path
    seen = path
    for _ in range(_MOST_LAYERS):
        seen = unquote(seen)
    if unquote(seen) != seen:
        return False
    is_plain = "\\" not in seen and not any(part in (".", "..") for part in seen.split("/"))
    return origin(url) == origin(root) and is_plain and (path == there or path.startswith(f"{there}/"))


def _peer(url: str) -> tuple[str | None, str | None, int | None]:
    """Return scheme, host and port as urllib3 reads them, which connects to them."""
    from urllib3.util import parse_url  # only now: settings are read without a network

    parts = parse_url(url)
    return parts.scheme, parts.host, parts.port or {"https": 443, "http": 80}.get(parts.scheme or "")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date (RFC 9110, 10.2.3), or None."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
