"""The query language: text -> what tells whether an issue is meant, and the order; the documented grammar in short.

`Field: value, value` · AND, OR, a blank is AND, parentheses · `!value`, `>`, `<`, `>=`, `<=`, `a .. b` · functions ·
`QUEUE."Field name": value` · `"Sort By": Updated DESC` · bare words search the text.
Source: https://yandex.ru/support/tracker/en/user/query-filter
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .criteria import Predicate, Scene, Term, find_field, test, wrong
from .history import changed
from .model import Field
from .records import Issue

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<quoted>"(?:[^"\\]|\\.)*")
  | (?P<function>\w+\((?:[^()"]|"[^"]*"|\w+\(\))*\)(?:\s*[+-]\s*(?:"[^"]+"|\d+[wdhmWDHM]+))?)
  | (?P<mark>\.\.|>=|<=|[:(),!<>])
  | (?P<word>[^\s:(),!<>"]+?(?=\.\.|[\s:(),!<>"]|$))
)""",
    re.VERBOSE,
)
_COMMENT = {"comment", "комментарий"}


@dataclass(slots=True)
class Query:
    """What a query asks for; *order*: fields and whether downwards."""

    matches: Predicate
    order: list[tuple[Field, bool]] = field(default_factory=list)


def read_query(scene: Scene, text: str) -> Query:
    """Return the query that *text* writes; raise Refusal 400 where it breaks the grammar, 422 for an unknown name."""
    parser = _Parser(scene, text)
    matches = parser.either() if parser.tokens else (lambda _: True)
    if parser.tokens:
        raise _broken(parser.tokens[0][1])
    return Query(matches, parser.order)


def _broken(near: str) -> Exception:
    return wrong(f"Ошибка в запросе около {near}", f"The query is wrong near {near}", 400)


class _Parser:
    def __init__(self, scene: Scene, text: str) -> None:
        self.scene = scene
        self.order: list[tuple[Field, bool]] = []
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.end() == position:
                raise _broken(text[position:])
            position, kind = match.end(), match.lastgroup or ""
            self.tokens.append((kind, match[kind]))

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[ahead][1] if len(self.tokens) > ahead else ""

    def take(self) -> str:
        if not self.tokens:
            raise _broken("its end")
        kind, text = self.tokens.pop(0)
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "quoted" else text

    def either(self) -> Predicate:
        parts = [self.all()]
        while self.peek().upper() == "OR":
            self.take()
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else lambda issue: any(part(issue) for part in parts)

    def all(self) -> Predicate:
        parts: list[Predicate] = []
        while self.tokens and self.peek() != ")" and self.peek().upper() != "OR":
            if self.peek().upper() == "AND":
                self.take()
                continue
            parts.append(self.one())
        return lambda issue: all(part(issue) for part in parts)

    def one(self) -> Predicate:
        if self.peek() == "(":
            self.take()
            inner = self.either()
            if self.take() != ")":
                raise _broken("a parenthesis that is not closed")
            return inner
        if self.peek(1) != ":" and not self._of_queue():
            return self._bare(self.take())
        queue = self.take().rstrip(".") if self._of_queue() else None
        name = self.take()
        if queue is None and "." in name and name.split(".")[0] in self.scene.world.queues:
            queue, _, name = name.partition(".")
        if self.take() != ":":
            raise _broken(name)
        return self._sort() if name.lower() == "sort by" else self._condition(queue, name)

    def _of_queue(self) -> bool:
        """Tell whether a local field comes: QUEUE."Field name":"""
        return self.peek().endswith(".") and self.peek(2) == ":"

    def _bare(self, word: str) -> Predicate:
        low = word.lower()
        if not re.search(r"\w", word):
            raise _broken(word)
        return lambda issue: low in _text(issue) or low == issue.key.lower()

    def _condition(self, queue: str | None, name: str) -> Predicate:
        tests = [self._value(queue, name)]
        while self.peek() == ",":
            self.take()
            tests.append(self._value(queue, name))
        return lambda issue: any(check(issue) for check in tests)

    def _value(self, queue: str | None, name: str) -> Predicate:
        op = self.take() if self.peek() in {"!", "<", ">", "<=", ">="} else "="
        quoted, text = bool(self.tokens) and self.tokens[0][0] == "quoted", self.take()
        if not quoted and text in {":", "(", ")", ","}:
            raise _broken(text)
        term = Term(text, op)
        if self.peek() == "..":
            self.take()
            term.until = self.take()
        if name.lower() in _COMMENT:
            low = text.lower()
            return lambda issue: any(low in comment.text.lower() for comment in issue.comments)
        found = find_field(self.scene.world, name, queue)
        if text.lower().startswith("changed(") and not quoted:
            return changed(self.scene, found, text[len("changed(") : -1])
        return test(self.scene, found, term)

    def _sort(self) -> Predicate:
        while True:
            name = self.take()
            downwards = self.take().upper() == "DESC" if self.peek().upper() in {"ASC", "DESC"} else False
            self.order.append((find_field(self.scene.world, name), downwards))
            if self.peek() != ",":
                return lambda _: True
            self.take()


def _text(issue: Issue) -> str:
    return f"{issue.values.get('summary', '')}\n{issue.values.get('description', '')}".lower()
