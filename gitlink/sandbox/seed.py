"""The world a sandbox starts with: two queues, two workflows, three people, a handful of issues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from . import comments, links
from . import seed_tables as tables
from .model import Application, Category, Component, Field, Name, Queue, Term, Transition, TypeConfig, User, Workflow
from .moves import place
from .state import Tracker
from .world import World

ORG_ID = "1"
CLOUD_ORG_ID = "sandbox-cloud"
TOKEN = "sandbox-token"  # an administrator
MEMBER_TOKEN = "sandbox-token-member"  # leads TEST, may not add fields to the organization
READER_TOKEN = "sandbox-token-reader"  # has no licence, may only read
BENCH_FIELD = "benchLink"

ROBOT = "1130000000000099"
_IVAN, _ANNA, _OLEG = "1130000000000001", "1130000000000002", "1130000000000003"
_SYSTEM, _EXTRA = "000000000000000000000001", "000000000000000000000003"


def fresh(clock: Callable[[], datetime], *, bench_field: bool = True, issues: bool = True) -> World:
    """Return a new world; *bench_field*: with the global field benchLink; *issues*: with the usual issues."""
    world = _bare(bench_field)
    if issues:
        tracker, ivan = Tracker(world, clock), world.users[_IVAN]
        for queue, status, summary, more in tables.ISSUES:
            issue = tracker.create_issue(ivan, {"queue": queue, "summary": summary, **more})
            if status != issue.status:
                place(tracker, ivan, issue, status)
        comments.add(tracker, world.users[_ANNA], tracker.issue("TEST-3"), "Which filter do you mean?")
        links.connect(tracker, ivan, tracker.issue("WEB-3"), "relates", "TEST-6")
    return world


def _bare(bench_field: bool) -> World:
    world = World(
        org_id=ORG_ID,
        cloud_org_id=CLOUD_ORG_ID,
        tokens={TOKEN: _IVAN, MEMBER_TOKEN: _ANNA, READER_TOKEN: _OLEG},
        users={
            _IVAN: User(_IVAN, "ivan.petrov", "Ivan", "Petrov", admin=True),
            _ANNA: User(_ANNA, "anna.ivanova", "Anna", "Ivanova"),
            _OLEG: User(_OLEG, "oleg.sidorov", "Oleg", "Sidorov", licensed=False),
            ROBOT: User(ROBOT, "yndx-tracker-cnt-robot", "Tracker", "Robot", robot=True),
        },
        statuses=_terms(tables.STATUSES),
        resolutions=_terms(tables.RESOLUTIONS),
        priorities=_terms(tables.PRIORITIES),
        issue_types=_terms(tables.TYPES),
        workflows={"dev": _workflow("dev", tables.CLASSIC), "quickStartV2PresetWorkflow": _preset()},
        queues={},
        categories={
            _SYSTEM: Category(_SYSTEM, Name("Системные", "System")),
            _EXTRA: Category(_EXTRA, Name("Дополнительные", "Additional")),
        },
        fields={},
        applications={word: Application(word, name, int(status)) for word, name, status in _rows(tables.APPLICATIONS)},
        last_id=100,
    )
    world.queues["TEST"] = _queue(1, "TEST", Name("Тестовая", "Test"), _ANNA, "dev")
    world.queues["WEB"] = _queue(2, "WEB", Name("Сайт", "Website"), _IVAN, "quickStartV2PresetWorkflow")
    for number, (queue, name) in enumerate([("TEST", "backend"), ("TEST", "frontend"), ("WEB", "frontend")], 1):
        world.components[str(number)] = Component(number, queue, name)
    for order, line in enumerate(_rows(tables.FIELDS), 1):
        key, kind, items, mark, ru, en = line
        field = Field(key, key, Name(ru, en), kind, _SYSTEM, items="" if items == "-" else items, order=order)
        field.readonly, field.required = mark == "-", mark == "*"
        world.fields[key] = field
    if bench_field:
        bench = Name("Ссылка на стенд", "Bench link")
        world.fields[BENCH_FIELD] = Field(BENCH_FIELD, BENCH_FIELD, bench, "uri", _EXTRA, order=100)
    local = "6a0000000000000000000001--browser"
    world.fields[local] = Field(local, "browser", Name("Браузер", "Browser"), "string", _EXTRA, queue="WEB", order=101)
    return world


def _preset() -> Workflow:
    return _workflow("quickStartV2PresetWorkflow", tables.PRESET)


def _queue(number: int, key: str, name: Name, lead: str, workflow: str) -> Queue:
    kinds, resolutions = list(_terms(tables.TYPES)), list(_terms(tables.RESOLUTIONS))
    return Queue(number, key, name, lead, [TypeConfig(kind, workflow, list(resolutions)) for kind in kinds])


def _rows(table: str) -> list[list[str]]:
    return [[cell.replace("_", " ") if _is_text(cell) else cell for cell in line.split()] for line in _lines(table)]


def _lines(table: str) -> list[str]:
    return table.strip().splitlines()


def _is_text(cell: str) -> bool:
    return cell[0].isupper()


def _terms(table: str) -> dict[str, Term]:
    return {
        key: Term(number, key, Name(ru, en), order=number * 10, kind="" if kind == "-" else kind)
        for number, (key, kind, ru, en) in enumerate(_rows(table), 1)
    }


def _workflow(workflow_id: str, table: str) -> Workflow:
    moves = [
        Transition(word.rstrip("!"), Name(ru, en), source, target, ["resolution"] if word.endswith("!") else [])
        for word, source, target, ru, en in _rows(table)
    ]
    return Workflow(workflow_id, workflow_id, "open", moves)
