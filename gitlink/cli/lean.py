"""Keeps typer from importing pydantic to read words and flags; knows nothing of our commands.

typer 0.29 hands every value to a validator of pydantic's, whose import takes longer than the rest of most commands
(typer/_coercion.py, `build_runtime_param`). Texts, lists of texts and flags need none. Where a version of typer keeps
its validators elsewhere, this does nothing.
"""

from typing import Any

_PLACE = "_runtime_param"


class _AsItIs:
    """Stands where typer expects a validator: what the parser read is the value already."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return *value*; what may be given several times comes as a list."""
        if param.multiple or param.nargs == -1:
            return [] if value is None else list(value)
        return value


def lean(command: Any) -> None:
    """Give *command* and those below it plain values where their type is text, list of texts, or flag."""
    for param in command.params:
        _lean_one(param)
    make_help = command.get_help_option
    command.get_help_option = lambda context: _lean_one(make_help(context))  # made when it is asked for
    for below in getattr(command, "commands", {}).values():
        lean(below)


def _lean_one(param: Any) -> Any:
    wanted = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    if getattr(param, _PLACE, param) is None and wanted in (str, bool, list[str]):
        setattr(param, _PLACE, _AsItIs())
    return param
