"""JSON as it is printed: what people read stays readable, what could move a cursor or turn text around is escaped."""

import json
import sys


def dumps(value: object) -> str:
    r"""Return *value* as JSON; whatever `str.isprintable` leaves out comes as `\uXXXX`: C1, bidi overrides, zero width.

    Where standard output is not UTF-8, as JSON has to be (RFC 8259, 8.1), all but ASCII comes so.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        return json.dumps(value)
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else json.dumps(char)[1:-1] for char in text])
