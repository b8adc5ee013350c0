"""A trigger's texts as Tracker would fill them in, for trying a notification without Tracker."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from gitlink.core.text import printable
from gitlink.errors import UsageFault
from gitlink.notify.trigger import Action

_VARIABLE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with Tracker's variables filled in from *values*; raises UsageFault for a variable of others."""

    def one(mark: re.Match[str]) -> str:
        path, _, encoding = mark[1].rpartition(".")
        if encoding not in ("json", "urlEncodeUTF8"):
            path, encoding = mark[1], ""
        if path not in values:
            raise UsageFault(
                f"the trigger uses `{printable(mark[1])}`, which gitlink did not write",
                why="somebody has edited it in Tracker",
                fix="change the issue in Tracker and look at the channel",
            )
        value = values[path]
        return json.dumps(value) if encoding == "json" else quote(value, safe="") if encoding else value

    return _VARIABLE.sub(one, text)


def variables_in(action: Action) -> list[str]:
    """Return the paths of the variables in what an action sends, without their encoding."""
    text = f"{action.get('endpoint', '')} {action.get('body', '')}"
    found = [mark[1].removesuffix(".json").removesuffix(".urlEncodeUTF8") for mark in _VARIABLE.finditer(text)]
    return list(dict.fromkeys(found))
