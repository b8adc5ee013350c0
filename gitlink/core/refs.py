"""Refs as Git's hooks name them: the lines of pre-push and pre-receive, branches of refs, globs, new branch names."""

HEADS = "refs/heads/"
_SLUG_LENGTH = 40

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


def is_exempt(branch: str, globs: "tuple[str, ...]") -> bool:
    """Whether a branch matches one of *globs*."""
    return any([glob_matches(glob, branch) for glob in globs])


def glob_matches(glob: str, text: str) -> bool:
    """Whether *glob* matches the whole of *text*: `*` any run (`/` too), `?` one character, `[…]` a class; case counts.

    Linear in memory and at worst quadratic in time; a `[` that is never closed stands for itself.
    """
    tokens = _glob_tokens(glob)
    at_token = at_text = 0
    star, star_text = -1, 0
    while at_text < len(text):
        if at_token < len(tokens) and tokens[at_token] == "*":
            star, star_text = at_token, at_text
            at_token += 1
        elif at_token < len(tokens) and _token_matches(tokens[at_token], text[at_text]):
            at_token += 1
            at_text += 1
        elif star >= 0:
            star_text += 1
            at_token, at_text = star + 1, star_text
        else:
            return False
    return all([token == "*" for token in tokens[at_token:]])


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


def _token_matches(token: str, char: str) -> bool:
    if token == "?":
        return True
    if token[0] == "\\" and len(token) == 2:
        return token[1] == char
    if token[0] != "[":
        return token == char
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
    for char in _composed(text.lower()):
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
