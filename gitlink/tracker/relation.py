"""How one issue relates to another: what people write, folded to the words that Tracker's API takes; pure.

A relation reads from the issue one is on: "this issue … the other". The type's id (`depends`, `subtask`) is refused as
a relationship. https://yandex.ru/support/tracker/ru/api-ref/issues/link-issue
"""

from gitlink.core.text import nearest, printable
from gitlink.errors import UsageFault
from gitlink.tracker.route import fold

RELATIONS: dict[str, tuple[str, ...]] = {
    "relates": ("relates to", "related", "related to", "связана", "связана с", "связано", "связан"),
    "depends on": ("depends", "blocked by", "is blocked by", "зависит от", "зависит", "блокируется"),
    "is dependent by": ("blocks", "is blocker of", "blocker", "required by", "блокирует", "блокер"),
    "is subtask for": ("subtask", "subtask of", "subtask for", "is subtask of", "child of", "подзадача"),
    "is parent task for": ("parent", "parent of", "is parent of", "parent task", "родитель", "родительская задача"),
    "duplicates": ("duplicate", "duplicate of", "is duplicate of", "дублирует", "дубликат"),
    "is duplicated by": ("duplicated by", "original", "original of", "дублируется", "оригинал"),
    "is epic of": ("epic", "epic of", "эпик"),
    "has epic": ("in epic", "belongs to epic", "в эпике"),
}


def words() -> list[str]:
    """Return one word for each relation, such as needs no quotes in a shell."""
    return [relation.replace(" ", "-") for relation in RELATIONS] + ["blocks", "subtask", "parent"]


def meant(word: str) -> str | None:
    """Return the API's words for *word*, in any spelling, None where it is no relation."""
    folded = fold(word)
    for relation, spellings in RELATIONS.items():
        if folded in map(fold, (relation, *spellings)):
            return relation
    return None


def relation(word: str, other: str) -> str:
    """Return the API's words for *word*; raises UsageFault naming the nearest. *other*: the key of the other issue."""
    found = meant(word)
    if found is not None:
        return found
    spelled = {known.replace(" ", "-"): None for both in RELATIONS.items() for known in (both[0], *both[1])}
    near = nearest(word, list(spelled)) or "relates"
    raise UsageFault(
        f"`{printable(word)}` is no relation between issues",
        why="known are " + ", ".join(words()),
        fix=f"gitlink link {other} --as {near}",
    )
