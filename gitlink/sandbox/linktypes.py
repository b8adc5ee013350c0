"""The kinds of link two issues can have, and the phrases that name them from either end.

Which end is `inward` is documented for subtasks only (https://yandex.ru/support/tracker/ru/api-ref/issues/get-links);
for the others it is as a third-party client reads it (ytcli 2.2, observed).
"""

from __future__ import annotations

from .records import Link

# type -> what the issue is to the other one if the direction is inward, and if it is outward; both in Russian
TYPES: dict[str, tuple[str, str, str, str]] = {
    "relates": ("relates", "relates", "Связана", "Связана"),
    "depends": ("is dependent by", "depends on", "Блокирует", "Зависит от"),
    "subtask": ("is subtask for", "is parent task for", "Подзадача", "Родительская задача"),
    "duplicates": ("duplicates", "is duplicated by", "Дублирует", "Дублируется"),
    "epic": ("is epic of", "has epic", "Эпик", "Задача эпика"),
}
PHRASES = {
    phrase: (kind, direction)
    for kind, names in TYPES.items()
    for phrase, direction in reversed(list(zip(names[:2], ("inward", "outward"), strict=True)))
}


def phrase(link: Link) -> str:
    """Return the relationship that *link* is, from the end that it hangs on."""
    return TYPES[link.type][0 if link.direction == "inward" else 1]
