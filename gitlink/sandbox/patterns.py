"""Regular expressions that cannot hang: a subset of `re`, searched in time that grows with pattern times text.

`re` goes back and tries again, for as long as the universe lasts on `(a+)+$`, holds the whole process up meanwhile, and
cannot be told to stop. Here all ways are walked side by side (https://swtch.com/~rsc/regexp/regexp1.html). It knows
literals, `.`, classes, `\\d`, `\\w`, `\\s`, `^`, `$`, groups, `|`, `*`, `+`, `?` and `{m,n}`; no look-around, no
back-references, no flags: these are refused.
"""

from __future__ import annotations

import re

MOST_STATES, LONGEST_TEXT = 300, 1000
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\{\d{1,3}(?:,\d{0,3})?\}|.", re.DOTALL)
_CLASSES = set("dDwWsS")

# A state is what it takes (None: nothing, it only leads on) and where it leads.
_State = tuple["re.Pattern[str] | str | None", list[int]]
_START, _END = "^", "$"


class BadPattern(ValueError):
    """A pattern is none, or more than this module knows."""


class Pattern:
    """A compiled pattern; raises BadPattern."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)[::-1]
        self._states: list[_State] = []
        self._last = self._add(None)
        self._first = self._any_of(self._last)
        if self._tokens:
            raise BadPattern("unbalanced parenthesis")

    def found_in(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere in *text*; what is longer than LONGEST_TEXT matches nothing."""
        if len(text) > LONGEST_TEXT:
            return False
        here: set[int] = set()
        for at in range(len(text) + 1):
            self._enter(self._first, here, at == 0, at == len(text))
            if self._last in here:
                return True
            taken = [to for state in here for to in self._taken(state, text[at : at + 1])]
            here = set()
            for state in taken:
                self._enter(state, here, False, at + 1 == len(text))
        return self._last in here

    def _taken(self, state: int, char: str) -> list[int]:
        takes, to = self._states[state]
        return to if char and isinstance(takes, re.Pattern) and takes.fullmatch(char) else []

    def _enter(self, state: int, here: set[int], is_start: bool, is_end: bool) -> None:
        """Add *state* to *here*, and those it leads on to without a character."""
        waiting = [state]
        while waiting:
            state = waiting.pop()
            takes, to = self._states[state]
            if state in here or (takes == _START and not is_start) or (takes == _END and not is_end):
                continue
            here.add(state)
            if not isinstance(takes, re.Pattern):
                waiting += to

    def _add(self, takes: re.Pattern[str] | str | None, *to: int) -> int:
        if len(self._states) >= MOST_STATES:
            raise BadPattern(f"the pattern is too long, or repeats too much: it has over {MOST_STATES} states")
        self._states.append((takes, list(to)))
        return len(self._states) - 1

    # Built from the end: each part is told the state that follows it, and returns the one it begins with.

    def _any_of(self, after: int) -> int:
        """Read alternatives up to the end of a group or of the pattern."""
        return self._built(self._alternatives(), after)

    def _built(self, alternatives: list[list[tuple[object, int, int | None]]], after: int) -> int:
        starts = []
        for parts in alternatives:
            at = after
            for part in reversed(parts):
                at = self._repeated(*part, at)
            starts.append(at)
        return self._add(None, *starts)  # a state even for nothing, so that their number bounds the work

    def _repeated(self, part: object, least: int, most: int | None, after: int) -> int:
        if most is None:
            loop = self._add(None)
            self._states[loop][1].extend((self._once(part, loop), after))
            at = loop
        else:
            at = after
            for _ in range(most - least):
                at = self._add(None, self._once(part, at), after)
        for _ in range(least):
            at = self._once(part, at)
        return at

    def _once(self, part: object, after: int) -> int:
        if isinstance(part, list):
            return self._built(part, after)
        assert isinstance(part, str | re.Pattern)
        return self._add(part, after)

    def _alternatives(self, depth: int = 0) -> list[list[tuple[object, int, int | None]]]:
        """Return the parts of each alternative, with how often each comes."""
        if depth > 20:
            raise BadPattern("groups stand too deep in each other")
        read: list[list[tuple[object, int, int | None]]] = [[]]
        while self._tokens and self._tokens[-1] != ")":
            token = self._tokens.pop()
            if token == "|":
                read.append([])
            elif token in ("(", "(?:"):
                group = self._alternatives(depth + 1)
                if not self._tokens or self._tokens.pop() != ")":
                    raise BadPattern("missing )")
                read[-1].append((group, *self._how_often()))
            else:
                read[-1].append((_atom(token), *self._how_often()))
        return read

    def _how_often(self) -> tuple[int, int | None]:
        token = self._tokens[-1] if self._tokens else ""
        if token not in ("*", "+", "?") and not re.fullmatch(r"\{\d+(,\d*)?\}", token):
            return 1, 1
        self._tokens.pop()
        if self._tokens and self._tokens[-1] == "?":
            self._tokens.pop()  # lazy: what is found first does not matter here
        if token in "*+?":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[token]
        low, comma, high = token[1:-1].partition(",")
        least, most = int(low), int(high) if high else None if comma else int(low)
        if most is not None and most < least:
            raise BadPattern("min repeat greater than max repeat")
        return least, most


def _atom(token: str) -> re.Pattern[str] | str:
    """Return what one character is compared with; `re` compares a single character at a time and so cannot hang."""
    if token in (_START, _END):
        return token
    if token in ("*", "+", "?") or token == "\\" or (token.startswith("{") and len(token) > 1):
        raise BadPattern("nothing to repeat" if token != "\\" else "bad escape at the end")
    if token.startswith("\\") and token[1].isalnum() and token[1] not in _CLASSES:
        raise BadPattern(f"{token} is not known here")
    if token in ("[", "{"):
        raise BadPattern("unterminated character set" if token == "[" else "a brace that repeats nothing: write \\{")
    try:
        return re.compile(token if len(token) > 1 or token == "." else re.escape(token))
    except re.error as fault:
        raise BadPattern(str(fault)) from fault
