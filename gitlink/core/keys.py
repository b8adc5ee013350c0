"""The grammar of issue keys: find keys in text, read one key strictly, guess what a near miss meant.

A key is a queue key, a hyphen and a number without a leading zero; queue keys are Latin letters, at most 15
(https://yandex.ru/support/tracker/en/manager/create-queue). It stands free: no letter or digit touches it, and it is
not the start of a decimal number (`TEST-1.5`). As a regular expression, which the tests hold this scanner against:
`(?<![^\\W_])[A-Z]{1,15}-[1-9][0-9]*(?![^\\W_]|\\.[0-9])`. It is scanned by hand because importing `re` alone costs a
hook half of its time.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MAX_QUEUE_LENGTH = 15
_HINTED = 10_000  # characters in which a near miss is looked for

# Words that are followed by a hyphen and a number and are no queue of anyone: encodings, hashes, standards, licences.
# They count only where `gitlink.queue` names them.
LOOKALIKES = frozenset(
    (
        "AES ANSI ASCII BCP CP CVE CWE DES ECMA FIPS GCM GPL HTML HTTP IEC IEEE IPV ISO JIS KOI LGPL MD MPL PEP PKCS"
        " RC RFC RIPEMD RSA SHA SSL TLS UCS UTC UTF UUID"
    ).split()
)

_UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_QUEUE_CHARS = _UPPER | _DIGITS

# Letters of other alphabets that look like a Latin capital, and dashes that look like a hyphen.
# Source: https://www.unicode.org/Public/security/latest/confusables.txt, capitals of Cyrillic and Greek.
_LOOK_LATIN = dict(
    zip(
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
        "ABEKMHOPCTYXSIJ" + "ABEZHIKMNOPTYX",
        strict=True,
    )
)
_LOOK_HYPHEN = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
_LOOKS = {**_LOOK_LATIN, **_LOOK_HYPHEN}


class NearMiss:
    """Something that is no key and looks like one: as it was written, and the key it probably means."""

    __slots__ = ("intruder", "key", "written")

    def __init__(self, written: str, key: str, intruder: str | None) -> None:
        self.written = written
        self.key = key
        self.intruder = intruder  # the first character that only looks right; None where only the case is wrong


def find(text: str, queues: "Collection[str]" = (), *, any_case: bool = False) -> list[str]:
    """Return the keys in *text* that count, in order, each once, in upper case.

    *queues*: the queues that count; none means all but the look-alikes. *any_case* (branch names): lower case counts
    too, where *queues* names the queue.
    """
    found: dict[str, None] = {}
    for queue, number in _scan(text, queues, any_case=any_case and bool(queues)):
        if queue in queues or (not queues and queue not in LOOKALIKES):
            found[f"{queue}-{number}"] = None
    return list(found)


def is_named(text: str, key: str) -> bool:
    """Whether *text* names the well-formed *key*: what `key in find(text, …)` says, ten times faster."""
    at = text.find(key)
    while at >= 0:
        end = at + len(key)
        if not (at and text[at - 1].isalnum()) and _ends_free(text, end, len(text)):
            return True
        at = text.find(key, at + 1)
    return False


def names_any(text: str, queues: "Collection[str]" = ()) -> bool:
    """Whether `find(text, queues)` finds anything; stops at the first."""
    for queue, _ in _scan(text, queues, any_case=False):
        if queue in queues or (not queues and queue not in LOOKALIKES):
            return True
    return False


def foreign(text: str, queues: "Collection[str]") -> list[str]:
    """Return the keys in *text* whose queue is not among *queues*, look-alikes left out, in order, each once."""
    if not queues:
        return []
    found: dict[str, None] = {}
    for queue, number in _scan(text, (), any_case=False):
        if queue not in queues and queue not in LOOKALIKES:
            found[f"{queue}-{number}"] = None
    return list(found)


def parse(word: str, queues: "Collection[str]" = ()) -> str | None:
    """Return the key that *word* is, whole and in any case, in upper case; None if it is none.

    A digit in the queue's key is accepted: whoever names an issue outright is taken at their word.
    """
    key = word.strip().upper()
    queue, hyphen, number = key.rpartition("-")
    if not hyphen or not is_queue(queue) or not word.strip().isascii():
        return None
    if not number or number[0] == "0" or not _DIGITS.issuperset(number):
        return None
    return key if not queues or queue in queues else None


def is_queue(word: str) -> bool:
    """Whether *word* can be a queue's key: a Latin capital, then capitals or digits, at most 15."""
    return 0 < len(word) <= MAX_QUEUE_LENGTH and word[0] in _UPPER and _QUEUE_CHARS.issuperset(word)


def queue_of(key: str) -> str:
    """Return the queue of a well-formed *key*."""
    return key.rpartition("-")[0]


def near_miss(text: str, queues: "Collection[str]" = ()) -> NearMiss | None:
    """Return the first thing in *text* that a person would take for a key and gitlink does not, if there is one.

    Wrong case counts only for a queue in *queues*, or, without a list, for a word of two letters and more that is
    followed by nothing but a separator: `fix test-12`, but not `step-2` in running text of any language is sure, so
    callers offer it as a question. It is a hint, so only the beginning of a long text is looked at.
    """
    text = text[:_HINTED]
    looks_latin = "".join([_LOOKS.get(char, char) for char in text])
    for candidate in (looks_latin, looks_latin.upper() if looks_latin.isascii() else _upper_ascii(looks_latin)):
        for start, end, key in _spans(candidate, queues):
            written = text[start:end]
            queue = queue_of(key)
            if written != key and len(queue) > 1 and (queue in queues or (not queues and queue not in LOOKALIKES)):
                return NearMiss(written, key, next((char for char in written if char in _LOOKS), None))
    return None


def _upper_ascii(text: str) -> str:
    """Upper-case ASCII letters only: `str.upper` can change a text's length (`ß`), and spans must stay true."""
    return "".join([char.upper() if char.isascii() else char for char in text])


def _scan(text: str, queues: "Collection[str]", *, any_case: bool) -> "Iterator[tuple[str, str]]":
    """Yield (queue, number) of every well-formed key; digits in a queue only for *queues*."""
    if any_case:
        text = _upper_ascii(text)
    for _, _, key in _spans(text, queues):
        queue, _, number = key.rpartition("-")
        yield queue, number


def _spans(text: str, queues: "Collection[str]") -> "Iterator[tuple[int, int, str]]":
    """Yield (start, end, key) of every well-formed key in *text*, left to right."""
    hyphen = text.find("-")
    length = len(text)
    while hyphen >= 0:
        after = hyphen + 1
        # Most hyphens join words; look at the two neighbours before anything else.
        if after < length and "1" <= text[after] <= "9" and hyphen and text[hyphen - 1] in _QUEUE_CHARS:
            start = _queue_start(text, hyphen, queues)
            end = after + 1
            while end < length and text[end] in _DIGITS:
                end += 1
            if start is not None and _ends_free(text, end, length):
                yield start, end, text[start:end]
            after = end
        hyphen = text.find("-", after)


def _queue_start(text: str, hyphen: int, queues: "Collection[str]") -> int | None:
    """Return where the queue's key before *hyphen* starts, or None if what stands there is none."""
    start = hyphen
    lettered = True
    while start and text[start - 1] in _QUEUE_CHARS:
        start -= 1
        lettered = lettered and text[start] in _UPPER
    if start and text[start - 1].isalnum():
        return None
    if lettered:
        return start if hyphen - start <= MAX_QUEUE_LENGTH else None
    return start if text[start:hyphen] in queues else None


def _ends_free(text: str, end: int, length: int) -> bool:
    if end >= length:
        return True
    if text[end].isalnum():
        return False
    return not (text[end] == "." and end + 1 < length and text[end + 1] in _DIGITS)
