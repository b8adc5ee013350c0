"""How long work took: what people write (`1h30m`), and Tracker's ISO 8601 with its five-day weeks of eight-hour days.

https://yandex.ru/support/tracker/ru/api-ref/issues/new-worklog
"""

_MINUTES = {"w": 5 * 8 * 60, "d": 8 * 60, "h": 60, "m": 1}
_RUSSIAN = {"н": "w", "д": "d", "ч": "h", "м": "m"}
_MOST_MINUTES = 1000 * _MINUTES["w"]


def parse(text: str) -> int | None:
    """Return the minutes that *text* means (`1h30m`, `1h 30m`, `1.5h`, `90m`, `1w2d`, `1ч30м`, `PT1H30M`), or None."""
    folded = text.strip().lower()
    if folded.startswith("p"):
        return _iso(folded[1:])
    total, number, was_unit = 0.0, "", -1
    for char in folded:
        unit = _RUSSIAN.get(char, char)
        if char.isascii() and (char.isdigit() or (char in ".," and number)):
            number += "." if char == "," else char
        elif unit in _MINUTES and number and number.count(".") < 2 and "wdhm".index(unit) > was_unit:
            total += float(number) * _MINUTES[unit]
            number, was_unit = "", "wdhm".index(unit)
        elif char != " " or number:
            return None
    minutes = round(total)
    return minutes if not number and 0 < minutes <= _MOST_MINUTES and abs(total - minutes) < 1e-6 else None


def _iso(rest: str) -> int | None:
    """Return the minutes of what stands behind the `P`; Tracker counts in minutes, so seconds are rounded off."""
    date, _, time = rest.partition("t")
    minutes, number = 0, ""
    for part, units in ((date, "wd"), (time, "hms")):
        for char in part:
            if char.isascii() and char.isdigit():
                number += char
            elif char in units and number:
                minutes += int(number[:9]) * _MINUTES.get(char, 0)
                number = ""
            else:
                return None
    return minutes if not number and minutes <= _MOST_MINUTES else None


def iso(minutes: int) -> str:
    """Return *minutes* as Tracker takes them, in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest or not hours else "")


def spelled(minutes: int) -> str:
    """Return *minutes* as people write them: `1h 30m`."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{number}{unit}" for number, unit in ((hours, "h"), (rest, "m")) if number]) or "0m"
