"""Text that strangers wrote (branch names, commits, issues) made fit to be read, and words made fit to be pasted."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-^~")


_IN_FORMAT = _PLAIN - {"%"} | {" "}
_COMPARED = 80  # characters
_ENTRIES = 500


def printable(text: str) -> str:
    """Return *text* on one line and without control characters, so that it can neither move the cursor nor lie.

    `str.isprintable` leaves out C0, C1, bidirectional overrides, unpaired surrogates and every space but the plain one.
    """
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else " " if char in "\t\n\r\u00a0" else "\ufffd" for char in text])


def shorten(text: str, length: int = 60) -> str:
    """Return *text* cut to *length* characters, with an ellipsis where something is missing."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def without_secrets(url: str) -> str:
    """Return *url* without what may be a password: arguments and messages are there for everybody to see.

    SSH's user name stays, which is none, and without which nobody is let in. Of HTTP's the query goes.
    """
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    kept = user.partition(":")[0] + at if "ssh" in scheme.lower() else ""
    place = f"{host}{slash}{path}"
    if scheme.lower() in ("http", "https"):
        place = place.partition("?")[0].partition("#")[0]
    return f"{scheme}://{kept}{place}" if separator else url


def shell_quote(word: str) -> str:
    """Quote *word* for a POSIX shell, only where it needs it; control characters come as `"$(printf '…')"`.

    `$'…'` is not every shell's: dash takes what follows the quote in such a word for a command. `$( )` drops the line
    ends at a word's end, so those come as they are. `shlex.quote` would import `re`.
    """
    # A shell replaces a tilde at a word's start, bash also one behind `=` or `:`; zsh replaces `=word`.
    expands = word.startswith(("~", "=")) or "=~" in word or ":~" in word
    if word and _PLAIN.issuperset(word) and not expands:
        return word
    if word.isprintable():
        return "'" + word.replace("'", "'\\''") + "'"
    head = word.rstrip("\n")
    ends = word[len(head) :]
    told = "".join([_octal(char, is_first=not at) for at, char in enumerate(head)])
    return (f"\"$(printf '{told}')\"" if head else "") + (f"'{ends}'" if ends else "")


def operand(name: str) -> str:
    """Return a branch's *name*, quoted, so that `git branch -m` and `git switch` take it for no option."""
    return ("-- " if name.startswith("-") else "") + shell_quote(name)


def _octal(char: str, *, is_first: bool) -> str:
    """Spell *char* in a format of printf's (POSIX: `\\ddd`) that no shell finds anything to replace in."""
    if (char in _IN_FORMAT and not (is_first and char == "-")) or (not char.isascii() and char.isprintable()):
        return char
    # What stood for a byte is that byte again; another unpaired surrogate can only have come from JSON.
    errors = "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
    return "".join([f"\\{byte:03o}" for byte in char.encode("utf-8", errors)])


def nearest(word: str, known: "tuple[str, ...] | list[str]", *, however_far: bool = False) -> str | None:
    """Return the entry of *known* that *word* most likely meant, or None where nothing is near (edit distance).

    *however_far*: the nearest one in any case; None only where nothing is known. The beginning of a long word
    counts: the distance takes the product of two lengths. And so do the first entries of a long list, which may be a
    server's.
    """
    folded = word[:_COMPARED].lower()
    best: str | None = None
    limit = 2 * _COMPARED if however_far else max(2, len(folded) // 3)
    best_distance = limit + 1
    for entry in known[:_ENTRIES]:
        distance = _distance(folded, entry[:_COMPARED].lower())
        if distance < best_distance:
            best, best_distance = entry, distance
    return best


def _distance(left: str, right: str) -> int:
    """Levenshtein's distance; `difflib` would import `re`."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
