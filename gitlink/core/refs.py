"""Refs as Git's hooks name them: the lines of pre-push and pre-receive, branches of refs, globs, new branch names."""

HEADS = "refs/heads/"
_SLUG_LENGTH = 40
_READ = 1000  # characters that a slug is made from: `unicodedata` takes the square of a run of combining marks
_SPECIAL = frozenset("*?[\\")

# A working transliteration for branch names, after GOST R 52290 (as in passports and on road signs).
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e iu ia".split(" "),
        strict=True,
    )
) | {"і": "i", "ї": "i", "є": "ie", "ґ": "g", "ў": "u"}


class PushedRef:
    """One line of pre-push's standard input, by the names of githooks(5)."""

    __slots__ = ("local_oid", "local_ref", "remote_oid", "remote_ref")

    def __init__(self, local_ref: str, local_oid: str, remote_ref: str, remote_oid: str) -> None:
        self.local_ref = local_ref
        self.local_oid = local_oid
        self.remote_ref = remote_ref
        self.remote_oid = remote_oid

    @property
    def is_deletion(self) -> bool:
        return is_zero(self.local_oid)

    @property
    def branch(self) -> str | None:
        """The branch's name on the remote; None for a tag or any other ref."""
        return branch_of(self.remote_ref)

    @property
    def local_branch(self) -> str | None:
        """The local branch that is pushed; None where a commit was named otherwise (`HEAD`, an oid)."""
        return branch_of(self.local_ref)


def parse_push_lines(text: str) -> list[PushedRef]:
    """Read pre-push's standard input: `<local ref> SP <local oid> SP <remote ref> SP <remote oid> LF` (githooks(5)).

    A local ref can hold spaces (`HEAD^{/fix bug}`), so a line is split from the right. Raises ValueError for a line
    that has not four words.
    """
    pushed = []
    for line in text.split("\n"):
        if line:
            local_ref, local_oid, remote_ref, remote_oid = line.rsplit(" ", 3)
            pushed.append(PushedRef(local_ref, local_oid, remote_ref, remote_oid))
    return pushed


def parse_receive_lines(text: str) -> list[PushedRef]:
    """Read pre-receive's standard input: `<old oid> SP <new oid> SP <ref> LF` (githooks(5)); raises ValueError."""
    pushed = []
    for line in text.split("\n"):
        if line:
            old_oid, new_oid, ref = line.split(" ", 2)
            pushed.append(PushedRef(ref, new_oid, ref, old_oid))
    return pushed


def is_zero(oid: str) -> bool:
    """Whether *oid* is the all-zero one, whatever the hash (40 digits for SHA-1, 64 for SHA-256)."""
    return not oid.strip("0")


def branch_of(ref: str) -> str | None:
    """Return the branch of a full ref name, or None if it names no branch."""
    return ref[len(HEADS) :] if ref.startswith(HEADS) else None


def is_option(name: str) -> bool:
    """Whether Git would take a branch's bare *name* for something else in a command: an option, force, `tag`, HEAD."""
    return name.startswith(("-", "+")) or name in ("tag", "HEAD", "@")


def is_exempt(branch: str, globs: "tuple[str, ...]") -> bool:
    """Whether a branch matches one of *globs*."""
    return any(glob_matches(glob, branch) for glob in globs)


def glob_matches(glob: str, text: str) -> bool:
    """Whether *glob* matches the whole of *text*: `*` any run (`/` too), `?` one character, `[…]` a class; case counts.

    A `[` that is never closed stands for itself. All ways through the glob are followed at once, a bit for each place
    in it: the time grows with the text's length alone, where going back after each failure takes the square of it.
    """
    if _SPECIAL.isdisjoint(glob):
        return glob == text
    literal, classes, stays, end = _compiled(glob)
    moves: dict[str, int] = {}  # what each character seen moves on
    state = 1
    for char in text:
        move = moves.get(char)
        if move is None:
            move = literal.get(char, 0)
            for place, token in classes:
                if token == "?" or _in_token(token, char):
                    move |= place
            moves[char] = move
        state = (state & move) << 1 | state & stays
        if not state:
            return False
    return state >= end


def _compiled(glob: str) -> tuple[dict[str, int], list[tuple[int, str]], int, int]:
    """Return the places that each character matches, those of `?` and classes, those with a `*` before, and the end."""
    literal: dict[str, int] = {}
    classes = []
    stays, place = 0, 1
    for token in _glob_tokens(glob):
        if token == "*":
            stays |= place
            continue
        if len(token) == 2 and token[0] == "\\":
            token = token[1]
        elif token == "?" or len(token) > 1:
            classes.append((place, token))
            token = ""
        if token:
            literal[token] = literal.get(token, 0) | place
        place <<= 1
    return literal, classes, stays, place


def _glob_tokens(glob: str) -> list[str]:
    """Split into single characters, `*`, `?`, classes (`[…`, without the closing bracket); `\\x` is a literal x."""
    tokens = []
    at = 0
    while at < len(glob):
        char = glob[at]
        # A `]` right after the bracket, or after its `!`, is a member (glob(7)).
        close = glob.find("]", at + (3 if glob[at + 1 : at + 2] in ("!", "^") else 2)) if char == "[" else -1
        if char == "\\" and at + 1 < len(glob):
            tokens.append("\\" + glob[at + 1])
            at += 2
        elif close >= 0:
            tokens.append(glob[at:close])
            at = close + 1
        else:
            tokens.append("\\[" if char == "[" else char)
            at += 1
    return tokens


def _in_token(token: str, char: str) -> bool:
    negated = token[1:2] in ("!", "^")
    return _in_class(token[2 if negated else 1 :], char) is not negated


def _in_class(members: str, char: str) -> bool:
    at = 0
    while at < len(members):
        if at + 2 < len(members) and members[at + 1] == "-":
            if members[at] <= char <= members[at + 2]:
                return True
            at += 3
        else:
            if members[at] == char:
                return True
            at += 1
    return False


def slug(text: str) -> str:
    """Return *text* as the readable part of a branch name: ASCII, lower case, words joined by `-`, 40 characters.

    Cyrillic is transliterated, other letters lose their accents; what is neither a letter nor a digit separates words.
    Empty where nothing is left.
    """
    words: list[str] = []
    word = ""
    for char in _composed(text[:_READ].lower()):
        latin = _LATIN.get(char, char) if char.isascii() or char in _LATIN else _without_accents(char)
        if latin and (not latin.isascii() or not latin.isalnum()):
            words.append(word)
            word = ""
        else:
            word += latin
    words = [word for word in (*words, word) if word]
    while len(words) > 1 and len("-".join(words)) > _SLUG_LENGTH:
        words.pop()
    return "-".join(words)[:_SLUG_LENGTH].strip("-")


def _composed(text: str) -> str:
    """Return *text* with each letter and its marks as one character: macOS hands them out apart."""
    if text.isascii():
        return text
    import unicodedata  # for names alone that are not ASCII

    return unicodedata.normalize("NFC", text)


def _without_accents(char: str) -> str:
    import unicodedata

    return "".join([part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]).lower()


def branch_name(template: str, key: str, text: str) -> str:
    """Spell the branch of issue *key* as the policy's `branch.name` wants it; *text*: a summary or an older name."""
    name = template.replace("{key}", key).replace("{slug}", slug(text))
    parts = [part.strip("-_.") for part in name.split("/")]
    return "/".join([part for part in parts if part])
