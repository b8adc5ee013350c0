"""A world as a JSON file: written whole or not at all, read back into the same values."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import tempfile
import types
import typing
from datetime import datetime
from pathlib import Path

from .validity import check_world
from .world import World


def dumps(world: World) -> str:
    """Return *world* as JSON text; ASCII, because a summary may hold half a surrogate pair."""
    return json.dumps(dataclasses.asdict(world), default=_encode, indent=1)


def loads(text: str) -> World:
    """Return the world that `dumps` wrote; raise ValueError if *text* is something else."""
    try:
        world = _decode(World, json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"not a sandbox's data: {fault}") from fault
    assert isinstance(world, World)
    check_world(world)
    return world


def save(world: World, path: Path) -> None:
    """Write *world* to *path*; a reader sees the old file or the new one, never a part, and nobody else sees it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600, whatever the umask
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(dumps(world))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        _sync(path.parent)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _sync(folder: Path) -> None:
    """Make a renaming in *folder* last through a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load(path: Path) -> World:
    """Return the world in *path*, which from now on is its user's alone; raise OSError or ValueError."""
    world = loads(path.read_text(encoding="utf-8"))
    path.chmod(0o600)
    return world


def _encode(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot save {type(value).__name__}")


def _decode(kind: object, value: object) -> object:
    """Return *value*, read from JSON, as the type that the annotation *kind* asks for."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints, source = typing.get_type_hints(kind), typing.cast("dict[str, object]", value)
        return kind(**{name: _decode(hints[name], item) for name, item in source.items()})
    if kind is datetime:
        return datetime.fromisoformat(typing.cast("str", value))
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return [_decode(args[0], item) for item in typing.cast("list[object]", value)]
    if origin is dict:
        return {key: _decode(args[1], item) for key, item in typing.cast("dict[str, object]", value).items()}
    if origin is types.UnionType and value is not None:
        return _decode(next(arg for arg in args if arg is not types.NoneType), value)
    if kind in (str, int, bool, float) and type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{value!a:.100} is no {kind.__name__}")
    return value
