"""Takes secrets out of a text that leaves the process: known ones by their value, others by their shape.

The last line of defence: nothing is handed secrets to print, and yet servers repeat what they were sent, drivers quote
what they were given, and tracebacks quote everything. Works in linear time: what it reads may be a stranger's.
"""

import base64
import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from gitlink.core.text import printable, shorten

# What of the environment is ours and secret: another's variable may hold any word.
_NAMES = re.compile(
    r"TRACKER_(?:IAM_)?TOKEN|(?:GITHUB|GH|GITLAB|BITBUCKET|GITEA|GITLINK_BENCH|GITLINK_SANDBOX|TELEGRAM_BOT)_TOKEN"
    r"|GITLINK_(?:DATABASE_URL|ADMIN_PASSWORD|WEBHOOK_SECRET\w*|REPOSITORY_SECRET_\w+|NOTIFY_\w+)|SLACK_WEBHOOK_URL"
)
# What is shorter is not looked for: it guards nothing, and `main` or `abc` would be blotted out of ordinary sentences.
# One with signs in it is told from a word sooner.
_SHORTEST, _SHORTEST_ODD = 8, 6
_BLOT = "[…]"
_EMAIL = "BITBUCKET_EMAIL"
MOST_MESSAGES = 20
_READ = 2000  # of a message, which is more than is shown: a secret at the end of what is shown is read whole
_SHORT = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", **{sign: sign for sign in "\"\\/'"}}
_learned: dict[str, None] = {}

# Documentation of the prefixes: https://docs.gitlab.com/security/tokens/#token-prefixes ,
# https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github ,
# https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token , https://api.slack.com/concepts/token-types ,
# https://core.telegram.org/bots/api#authorizing-your-bot ; `AT?TT` are Atlassian's, `whsec_` https://www.standardwebhooks.com
_SHAPES = re.compile(
    r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{8,}"
    r"|gh[oprsu]_\w{8,}|github_pat_\w{8,}"
    r"|y[01]_[\w-]{30,}|t1\.[\w.=-]{60,}"
    r"|xox[a-z](?:\.xox[a-z])?-[\w-]{8,}|xapp-[\w-]{8,}|https://hooks\.slack\.com/\w+/[^\s'\"<>]+"
    r"|AT[AC]TT[\w=.-]{8,}|whsec_[\w+/=-]{8,}",
    re.ASCII,
)
_BOT = re.compile(r"[0-9]{6,12}:([A-Za-z0-9_-]{30,})")
_OID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_HEADER = re.compile(
    r"((?:authorization|private-token|job-token|x-gitlink-secret|x-gitlab-token)"
    r"(?:[\"']?[ \t]{0,4}[:=][ \t]{0,4}\[?[\"']?|[\"'],[ \t]{0,4}b?[\"'])"
    r"(?:(?:oauth|bearer|basic|token)[ \t]{1,4})?)[^\s'\"<>]+",
    re.IGNORECASE,
)
# Words of 20 characters: "the token SHOP-12: …" and "basic two-factor login" are sentences.
_SCHEME = re.compile(r"\b((?:oauth|bearer|basic|token) {1,4})([\w.~+/=:-]{20,})", re.IGNORECASE | re.ASCII)
_KEY = re.compile(r"[A-Z][A-Z0-9]*-[0-9]+[.:]?\Z", re.ASCII)
# A password may hold a slash, and what follows a port is none.
_USER = re.compile(
    r"((?:[a-z+]{0,12})://)([^\s/@'\"]+(?=@)|[^\s/@'\":\[]*:(?![0-9]{1,5}/)[^\s@'\"]{1,200})@", re.IGNORECASE
)
_QUERY = re.compile(
    r"(?<!\w)((?:(?:access|private|job|refresh|id|auth|bot)_?)?token|(?:client_?)?secret|password|passwd|api_?key|signature)"
    r"=[^\s&#'\"<>]+",
    re.IGNORECASE,
)


def learn(secret: str) -> None:
    """Know *secret*, which is in use and may stand in no variable, from now on."""
    _learned[secret] = None


def redact(text: str, *secrets: str) -> str:
    """Return *text* without secrets: *secrets*, those of the environment, those learned, and what looks like one."""
    for value, name in _values(_ours(), secrets, tuple(_learned)):
        if value in text:
            text = text.replace(value, name)
        for sign in "\\%":
            if sign in text:
                text = name.join(_escaped(value, sign).split(text))
    text = _HEADER.sub(lambda found: found[1] + _BLOT, text)
    text = _SHAPES.sub(_BLOT, text)
    text = _BOT.sub(lambda found: found[0] if _OID.match(found[1]) else _BLOT, text)
    text = _SCHEME.sub(lambda found: found[1] + _BLOT if not _KEY.match(found[2]) else found[0], text)
    text = _USER.sub(_without_password, text)
    return _QUERY.sub(lambda found: f"{found[1]}={_BLOT}", text)


def without(body: bytes, token: str) -> bytes:
    """Return *body* without *token*, where it is long enough to be one: a short word is part of what else is said."""
    return body.replace(token.encode("utf-8", "replace"), b"***") if len(token) >= _SHORTEST else body


def read_json(body: bytes, token: str) -> object:
    """Return the JSON that *body* is, without *token*, however its characters are spelled there.

    Raises ValueError or RecursionError.
    """
    parsed: object = json.loads(without(body, token))
    written = json.dumps(token, ensure_ascii=False)[1:-1]
    # Only escapes and UTF-16 or UTF-32 spell it otherwise than `without` knows.
    if (b"\\" in body or b"\0" in body) and len(token) >= _SHORTEST:
        text = json.dumps(parsed, ensure_ascii=False)
        if written in text:
            parsed = json.loads(text.replace(written, "***"))
    return parsed


def told(messages: list[str]) -> str:
    """Return what a server says, in however many messages of whatever length, on one line and without secrets."""
    cut = dict.fromkeys([message[:_READ] for message in messages if message][:MOST_MESSAGES])
    tidy = [shorten(redact(printable(message)).strip().rstrip("."), 300) for message in cut]
    return shorten("; ".join([message for message in tidy if message]), 1000)


def plain(value: object) -> str:
    """Return the beginning of *value*, of a server's JSON, as text."""
    try:
        return str(value)[:_READ]
    except RecursionError:
        return ""


def _looks_random(word: str) -> bool:
    """Whether it may be a secret, not the next word of a sentence."""
    return len(word) >= 20 or not word.isalpha()


def _without_password(found: re.Match[str]) -> str:
    user, colon, _ = found[2].partition(":")
    if "ssh" in found[1].lower():
        return f"{found[1]}{user}:{_BLOT}@" if colon else found[0]
    return f"{found[1]}{_BLOT}@"


def _ours() -> tuple[tuple[str, str], ...]:
    """Return the variables that hold secrets, and the address that one of them goes with."""
    return tuple([(name, value) for name, value in os.environ.items() if name == _EMAIL or _NAMES.fullmatch(name)])


@lru_cache(maxsize=8)
def _values(
    ours: tuple[tuple[str, str], ...], secrets: tuple[str, ...], learned: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return every way of writing a secret that is known, the longest first, and what to put there.

    Kept from call to call: a service redacts each line of its log.
    """
    emails = [value for name, value in ours if name == _EMAIL and value]
    found: list[tuple[str, str]] = []
    for name, value in ours:
        if name != _EMAIL:
            found += _spellings(value, f"[{name}]", emails)
    for value in (*secrets, *learned):
        found += _spellings(value, _BLOT, emails)
    return tuple(sorted(found, key=lambda known: -len(known[0])))


def _spellings(value: str, name: str, emails: list[str]) -> Iterator[tuple[str, str]]:
    for word in {value.strip(), *value.split(), *_inside(value)}:
        written = [word, quote(word, safe="", errors="replace"), unquote(word), repr(word)[1:-1]]
        written += [base64.b64encode(f"{email}:{word}".encode("utf-8", "replace")).decode() for email in emails]
        yield from ((one, name) for one in dict.fromkeys(written) if _is_telling(one))


@lru_cache(maxsize=256)
def _escaped(word: str, sign: str) -> re.Pattern[str]:
    """Return what finds *word* with any of its characters written as JSON (*sign*: backslash) or an address (%) may.

    Each way of a character begins in a way of its own, so that a text can be read in one way only.
    """
    return re.compile("".join([_ways(char, sign) for char in word]))


def _ways(char: str, sign: str) -> str:
    ways = [] if char == sign else [re.escape(char)]
    if sign == "%":
        ways += ["(?i:" + "".join([f"%{byte:02x}" for byte in char.encode("utf-8", "surrogatepass")]) + ")"]
    else:
        units = char.encode("utf-16-be", "surrogatepass").hex()
        ways += ["(?i:" + "".join([rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)]) + ")"]
        ways += [re.escape("\\" + _SHORT[char])] if char in _SHORT else []
    return f"(?:{'|'.join(ways)})"


def _is_telling(word: str) -> bool:
    return len(word) >= (_SHORTEST if word.isalnum() else _SHORTEST_ODD)


def _inside(value: str) -> Iterator[str]:
    """Yield what is secret in an address: its password, however it is written, and what a webhook's path ends in."""
    scheme, separator, rest = value.partition("://")
    if not separator:
        return
    user, at, _ = rest.rpartition("@")
    if at:
        yield user.partition(":")[2]
    if scheme in ("http", "https"):
        try:
            end = urlsplit(value).path.rpartition("/")[2]
        except ValueError:
            return
        if _looks_random(end):
            yield end
