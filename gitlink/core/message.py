"""A commit message as Git sees it: comments, scissors, subject, trailers; and a key put into it, no more."""

SCISSORS = " ------------------------ >8 ------------------------"
AUTO_COMMENT_CHARS = "#;@!$%^&|:"  # git/builtin/commit.c, adjust_comment_line_char
_SPACE = " \t\r\n"  # git's own isspace(): no form feed, no vertical tab, nothing beyond ASCII
_AUTOSQUASH = ("fixup! ", "squash! ", "amend! ")
_REVERTS = ('Revert "', 'Reapply "')  # git-revert(1): the second is a revert of a revert
_GIT_WROTE = ("Signed-off-by: ", "(cherry picked from commit ")  # git's trailer.c, git_generated_prefixes
SKIP_TRAILER = "Gitlink-Skip"


def is_autosquash(message: str) -> bool:
    """Whether *message* will be folded into another commit (git-rebase(1), --autosquash)."""
    return message.lstrip("\ufeff\n").startswith(_AUTOSQUASH)


def is_revert(message: str) -> bool:
    """Whether Git itself wrote this subject, as git-revert does."""
    return message.lstrip("\ufeff\n").startswith(_REVERTS)


def subject(message: str) -> str:
    """Return the first line that says something."""
    for line in message.lstrip("\ufeff").split("\n"):
        if line.strip():
            return line.strip()
    return ""


def comment_prefix(raw: str, configured: str) -> str:
    """Return what starts a comment in *raw*; *configured*: `core.commentChar` or `core.commentString`, `#` by default.

    With `auto` Git picks a character that no line of the message starts with and writes its own block below, so the
    scissors above a diff show which, else the last line that is not empty.
    """
    if configured != "auto":
        return configured or "#"
    lines = raw.split("\n")
    for line in lines:
        if line[1:].rstrip(_SPACE) == SCISSORS and line[0] in AUTO_COMMENT_CHARS:
            return line[0]
    for line in reversed(lines):
        if line.strip(_SPACE):
            return line[0] if line[0] in AUTO_COMMENT_CHARS else "#"
    return "#"


def kept(raw: str, *, cleanup: str, comment: str, edited: bool) -> str:
    """Return what Git will keep of the message file *raw* (git-commit(1), --cleanup).

    *cleanup*: `commit.cleanup`, `default` if unset. *edited*: an editor was open; without one `default` and `scissors`
    mean `whitespace`, and lines that start with *comment* are part of the message.
    """
    if cleanup == "default":
        cleanup = "strip" if edited else "whitespace"
    # Git cuts for `scissors` and, in every mode, for --verbose (sequencer.c, cleanup_message); both need an editor.
    if edited:
        raw = above_scissors(raw, comment)
    if cleanup == "verbatim":
        return raw
    return stripspace(raw, comment=comment if cleanup == "strip" else None)


def above_scissors(raw: str, comment: str) -> str:
    """Return *raw* up to the line that `git commit --verbose` writes above its diff."""
    line = comment + SCISSORS
    if raw.startswith(line):
        return ""
    at = raw.find("\n" + line)
    return raw if at < 0 else raw[: at + 1]


def stripspace(text: str, *, comment: str | None = None) -> str:
    """Do what `git stripspace` does, and with *comment* what `--strip-comments` does: no more, no less."""
    lines: list[str] = []
    blank = False
    for line in text.split("\n"):
        if comment and line.startswith(comment):
            continue
        line = line.rstrip(_SPACE)
        if not line:
            blank = bool(lines)
            continue
        if blank:
            lines.append("")
            blank = False
        lines.append(line)
    return "\n".join(lines) + "\n" if lines else ""


def has_status_block(raw: str, comment: str) -> bool:
    """Whether *raw* ends in the block of comments that Git writes for an editor ("# On branch …").

    It is recognised by its shape, not its words, which are translated: a last paragraph of nothing but comments, one of
    which is the bare comment character.
    """
    bare = False
    for line in reversed(above_scissors(raw, comment).rstrip("\n").split("\n")):
        if not line.strip():
            break
        if not line.startswith(comment):
            return False
        bare = bare or line.rstrip() == comment
    return bare


def skip_reason(message: str) -> str | None:
    """Return the reason of a trailer `Gitlink-Skip: <reason>`, or None where there is no such trailer or no reason."""
    if SKIP_TRAILER.lower() not in message.lower():
        return None
    for token, value in trailers(message):
        if token.lower() == SKIP_TRAILER.lower() and value:
            return value
    return None


def trailers(message: str) -> list[tuple[str, str]]:
    """Return the (token, value) pairs of the last paragraph, if it consists of trailers (git-interpret-trailers(1)).

    The subject's paragraph is never one. A line that starts with white space continues the one before it.
    """
    paragraph = _last_paragraph(message)
    found: list[tuple[str, list[str]]] = []  # the value's lines
    counted = others = 0
    continues = counts = False  # whether the line above is a trailer; whether Git counts it as one
    for line in paragraph:
        token, separator, value = line.partition(":")
        if line[:1] in (" ", "\t"):
            if continues:
                found[-1][1].append(line.strip(_SPACE))
            others += not counts
            continue
        continues = bool(separator) and is_trailer_token(token.rstrip(" \t"))
        counts = continues or line.startswith(_GIT_WROTE)
        counted += counts
        others += not counts
        if continues:
            found.append((token.rstrip(" \t"), [value.strip(_SPACE)]))
    # Git's rule: all lines are trailers, or a line Git itself wrote is there and at least a quarter are trailers.
    recognised = any([line.startswith(_GIT_WROTE) for line in paragraph])
    if others and not (recognised and counted * 3 >= others):
        return []
    return [(token, " ".join(lines).strip(_SPACE)) for token, lines in found]


def is_trailer_token(token: str) -> bool:
    """Whether *token* can stand before the colon of a trailer: letters, digits and hyphens (git's trailer.c)."""
    return bool(token) and token.isascii() and token.replace("-", "a").isalnum()


def _last_paragraph(message: str) -> list[str]:
    """Return the lines of the last paragraph; none if the message has only one."""
    lines = stripspace(message).rstrip("\n").split("\n")
    for at in range(len(lines) - 1, 0, -1):
        if not lines[at]:
            return lines[at + 1 :]
    return []


def with_prefix(raw: str, key: str, *, comment: str | None) -> str:
    """Put `KEY ` before the subject, behind `type(scope): ` if there is one; all else stays to the letter."""
    start = _subject_start(raw, comment)
    end = raw.find("\n", start)
    at = start + _conventional_prefix(raw[start : end if end >= 0 else len(raw)])
    return f"{raw[:at]}{key} {raw[at:]}"


def _subject_start(raw: str, comment: str | None) -> int:
    """Return where the first line with something to keep in it begins, a byte order mark left before it.

    Where nothing is to be kept, a subject would begin at the top, above the comments.
    """
    at = top = 1 if raw.startswith("\ufeff") else 0
    for line in _lines(raw[at:]):
        if line.strip(_SPACE) and not (comment and line.startswith(comment)):
            return at + len(line) - len(line.lstrip(" \t"))
        at += len(line)
    return top


def _conventional_prefix(line: str) -> int:
    """Return the length of `type(scope)!: ` at the start of *line*, 0 if there is none.

    Source: https://www.conventionalcommits.org/en/v1.0.0/, items 1, 4 and 13: the colon and a space are required.
    """
    at = 0
    while at < len(line) and (line[at].isalpha() or line[at] in "-_"):
        at += 1
    if not at:
        return 0
    if line[at : at + 1] == "(":
        close = line.find(")", at)
        at = close + 1 if close > at + 1 else -1
    if at > 0 and line[at : at + 1] == "!":
        at += 1
    if at > 0 and line[at : at + 1] == ":" and line[at + 1 : at + 2] == " ":
        return len(line) - len(line[at + 1 :].lstrip(" "))
    return 0


def with_trailer(raw: str, token: str, key: str, *, comment: str | None) -> str:
    """Add the trailer `TOKEN: KEY` at the end of the message's text, above comments and scissors, in its line ends.

    *comment*: what starts a comment; None where Git will keep such lines.
    """
    newline = "\r\n" if "\r\n" in raw else "\n"
    end = _text_end(above_scissors(raw, comment) if comment else raw, comment)
    head, rest = raw[:end], raw[end:]
    gap = newline if trailers(stripspace(head, comment=comment)) else newline * 2
    return f"{head}{gap}{token}: {key}{rest or newline}"


def _text_end(text: str, comment: str | None) -> int:
    """Return where the last line that is neither empty nor a comment ends, its line end not counted."""
    end = at = 0
    for line in _lines(text):
        if line.strip(_SPACE) and not (comment and line.startswith(comment)):
            end = at + len(line.rstrip(_SPACE))
        at += len(line)
    return end


def _lines(text: str) -> list[str]:
    """Split at LF alone and keep it; `str.splitlines` would also split at form feeds and the like."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + parts[-1:]
