"""Reads what strangers sent: JSON that may be anything. Total: a value, an absence, or Malformed, and nothing else.

What may be missing is None or empty, also where it is of another type than documented; only what nothing can do without
is asked for with `need_…`.
"""

import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from gitlink.errors import Unreachable

_LARGEST = 2**63 - 1  # what a database column holds
LONGEST_NAME = 200
_FIELD = b"payload="
MOST_PEOPLE = 1000


class Malformed(Unreachable):
    """A delivery or an answer that is not as the forge documents it; nothing can be concluded from it."""


def document(headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the JSON text of a delivery: the body, or the field `payload` of a form; raises Malformed.

    https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks ; Gitea's forms are the same.
    """
    if not is_form(headers):
        return body
    at = 0 if body.startswith(_FIELD) else body.find(b"&" + _FIELD) + 1
    if not body.startswith(_FIELD, at):
        raise malformed("its form has no field `payload`")
    end = body.find(b"&", at)
    return _decoded(body[at + len(_FIELD) : end if end >= 0 else len(body)])


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a delivery's body is a form; *headers*: lower-case names."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded"


def _decoded(value: bytes) -> bytes:
    """Return a field of a form without its percent signs (https://url.spec.whatwg.org/#urlencoded-parsing).

    Gitea's form must be decoded before its signature can be checked, so anyone can have it done: `urllib.parse` takes
    seconds for 5 MiB. Quoted-printable is the same code with another sign, and its decoder is written in C. That sign
    itself stands in no form as it is: https://url.spec.whatwg.org/#urlencoded-serializing , `url.QueryEscape` of Go.
    """
    if any([sign in value for sign in (b"\n", b"\r", b"=")]):
        raise malformed("its form cannot be read")
    return binascii.a2b_qp(value.replace(b"%", b"=").replace(b"+", b" "))


def parse(text: bytes) -> dict[str, object]:
    """Return the object that *text* is; raises Malformed."""
    try:
        read: object = json.loads(text)
    except (ValueError, RecursionError):
        raise malformed("it is no JSON") from None
    if not isinstance(read, dict):
        raise malformed("it is no JSON object")
    return read


def delivery_id(headers: Mapping[str, str], names: tuple[str, ...], body: bytes) -> str:
    """Return the first of the headers *names*; without one, what is the same for the same body only."""
    for name in names:
        value = " ".join(clean(headers.get(name, "")).split())[:LONGEST_NAME]
        if value:
            return value
    return "body-" + hashlib.sha256(body).hexdigest()[:40]


def dig(top: object, *path: str | int) -> object:
    """Return what is at *path* (names of members, indexes of lists), None where the way ends earlier."""
    for step in path:
        if isinstance(step, str):
            top = top.get(step) if isinstance(top, dict) else None
        else:
            top = top[step] if isinstance(top, list) and step < len(top) else None
    return top


def text(top: object, *path: str | int) -> str:
    """Return the text at *path*, empty where there is none."""
    value = dig(top, *path)
    return clean(value) if isinstance(value, str) else ""


def brief(top: object, *path: str | int) -> str:
    """Return the text at *path* as far as a login, a name, an id or a commit's goes: it is kept for every verdict."""
    return text(top, *path)[:LONGEST_NAME]


def number(top: object, *path: str | int) -> int | None:
    """Return the whole number at *path*, None where there is none that is above 0 and fits a database."""
    value = dig(top, *path)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and isinstance(value, int) and 0 < value <= _LARGEST else None


def flag(top: object, *path: str | int) -> bool | None:
    """Return the boolean at *path*, None where there is none."""
    value = dig(top, *path)
    return value if isinstance(value, bool) else None


def entries(top: object, *path: str | int) -> list[object]:
    """Return the list at *path*, empty where there is none."""
    value = dig(top, *path)
    return value if isinstance(value, list) else []


def members(top: object, *path: str | int) -> dict[str, object]:
    """Return the object at *path*, empty where there is none."""
    value = dig(top, *path)
    return value if isinstance(value, dict) else {}


def people(top: object, *path: str | int) -> list[object]:
    """Return the first of the people listed at *path*: no pull request has as many as MOST_PEOPLE."""
    return entries(top, *path)[:MOST_PEOPLE]


def moment(top: object, *path: str | int) -> datetime | None:
    """Return the time at *path* in UTC: ISO 8601, GitLab's `2025-08-06 01:28:57 UTC`, or epoch milliseconds."""
    value = dig(top, *path)
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def latest(*moments: datetime | None) -> datetime | None:
    """Return the latest of the times that there are."""
    return max([one for one in moments if one is not None], default=None)


def need_text(top: object, *path: str | int) -> str:
    """Return the text at *path*; raises Malformed where it is missing or empty."""
    value = text(top, *path)
    if not value:
        raise malformed(f"`{_spelled(path)}` is missing or no text")
    return value


def need_number(top: object, *path: str | int) -> int:
    """Return the whole number at *path*; raises Malformed where there is none."""
    value = number(top, *path)
    if value is None:
        raise malformed(f"`{_spelled(path)}` is missing or no number")
    return value


def need_members(top: object, *path: str | int) -> dict[str, object]:
    """Return the object at *path*; raises Malformed where there is none."""
    value = dig(top, *path)
    if not isinstance(value, dict):
        raise malformed(f"`{_spelled(path)}` is missing or no object")
    return value


def need_list(top: object, *path: str | int) -> list[object]:
    """Return the list at *path*; raises Malformed where there is none."""
    value = dig(top, *path)
    if not isinstance(value, list):
        raise malformed(f"`{_spelled(path)}` is missing or no list" if path else "it should be a list")
    return value


def clean(value: str) -> str:
    """Return *value* as every store takes it: no NUL (PostgreSQL), no half of a surrogate pair (UTF-8)."""
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def malformed(why: str) -> Malformed:
    """Return the error of a body that cannot be understood."""
    return Malformed(
        "what the forge sent cannot be understood", why=why, fix="if it is a forge gitlink supports, please report it"
    )


def _spelled(path: tuple[str | int, ...]) -> str:
    return ".".join([str(step) for step in path])
