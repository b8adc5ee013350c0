"""What a messenger makes of one message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """`words`: the messenger's answer in plain words; `fix`: what mends it.

    `is_final`: the same again would end the same; `wait_s`: how long the messenger asks to wait, None where it does not
    say.
    """

    is_sent: bool
    words: str
    fix: str | None = None
    is_final: bool = True
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The request that carries one message. *url* may hold the secret."""

    url: str
    body: dict[str, object]


def cut(text: str, most: int) -> str:
    """Return *text* cut to *most* UTF-16 units, with an ellipsis where something is missing.

    Both messengers count so or in characters, of which there are never more.
    """
    if units(text) <= most:
        return text
    kept, room = [], most - 1
    for char in text:
        room -= units(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units."""
    return len(text) + sum(1 for char in text if char > "\uffff")
