"""What a line of Tracker's webhook log means for the message; Tracker keeps the status alone, not the words.

Any status counts as delivered for Tracker; it tries again only without an answer within 10 s and at 500, five times.
https://yandex.ru/support/tracker/ru/user/set-action
"""

_NAMES = {"slack": "Slack", "telegram": "Telegram"}


def told(kind: str, *, is_relayed: bool, endpoint: str, status: int | None) -> str:
    """Return a plain sentence about one request; *status* None: there was no answer."""
    who = "the relay" if is_relayed else _NAMES[kind]
    if status is None:
        return f"{who} did not answer within 10 s; Tracker tries five times in all"
    if status == 500:
        return f"{who} had a fault of its own (500); Tracker tries five times in all"
    if 200 <= status < 300:
        return _taken(who, endpoint, is_relayed)
    lost = "lost: Tracker counts any answer as delivered and does not try again"
    if is_relayed:
        reasons = {401: "does not know the trigger's secret", 404: "has no such channel, or is off"}
        return f"{who} {reasons.get(status, f'answered {status}')}; {lost}"
    if status == 429:
        return f"{who} asked for fewer messages (429); {lost} (--relay waits instead)"
    return f"{who} refused ({status}); {lost} (gitlink notify test shows the reason)"


def _taken(who: str, endpoint: str, is_relayed: bool) -> str:
    if is_relayed:
        return "the relay keeps it; `gitlink deliveries list` shows what became of it"
    if "/api/chat." in endpoint:
        return (
            "Slack answered 200, which its chat.postMessage does even when it refuses: Tracker does not see `ok: false`"
        )
    return f"{who} took it"
