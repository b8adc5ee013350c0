"""Logs as JSON lines, one event each (https://jsonlines.org/); no secret in any, whatever a logger was handed."""

import json
import logging
import sys
from datetime import UTC, datetime

from gitlink.redact import redact

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _PLAIN},
        }
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        texts = {name: str(value) for name, value in line.items() if not isinstance(value, int | float | None)}
        together = "\n".join(texts.values())
        if redact(together) != together:  # seldom; a line is written for each delivery, so first all is asked at once
            texts = {name: redact(text) for name, text in texts.items()}
        return json.dumps(line | texts, ensure_ascii=True)


def set_up() -> None:
    """Send all logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
