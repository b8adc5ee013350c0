"""The world a sandbox starts with: two queues, two workflows, three people, a handful of issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from .model import Category, Field, Name, Queue, Term, Transition, TypeConfig, User, Workflow, World
from .moves import place
from .state import Tracker

ORG_ID = "1"
CLOUD_ORG_ID = "sandbox-cloud"
TOKEN = "sandbox-token"  # an administrator
MEMBER_TOKEN = "sandbox-token-member"  # leads TEST, may not add fields to the organization
READER_TOKEN = "sandbox-token-reader"  # has no licence, may only read
BENCH_FIELD = "benchLink"

_IVAN, _ANNA, _OLEG = "1130000000000001", "1130000000000002", "1130000000000003"
_SYSTEM, _EXTRA = "000000000000000000000001", "000000000000000000000003"

_STATUSES = """
open             new         Открыт               Open
inProgress       inProgress  В_работе             In_progress
needInfo         paused      Требуется_информация Need_info
inReview         inProgress  На_ревью             In_review
readyForTest     inProgress  Можно_тестировать    Ready_for_test
needsImprovement inProgress  Нужны_доработки      Needs_improvement
resolved         done        Решён                Resolved
closed           done        Закрыт               Closed
"""
_RESOLUTIONS = """
fixed      - Решён              Fixed
wontFix    - Не_будет_исправлен Won't_fix
duplicate  - Дубликат           Duplicate
cantReproduce - Не_воспроизводится Can't_reproduce
"""
_PRIORITIES = """
trivial  - Незначительный Trivial
minor    - Низкий         Minor
normal   - Средний        Normal
critical - Критичный      Critical
blocker  - Блокер         Blocker
"""
_TYPES = """
bug     - Ошибка    Bug
task    - Задача    Task
story   - История   Story
epic    - Эпик      Epic
"""
# id, from, to, name in Russian and English; "!" after the id: the screen demands a resolution.
_CLASSIC = """
start_progress   open             inProgress       В_работу              Start_progress
need_info        open             needInfo         Запросить_информацию  Need_info
resolve!         open             resolved         Решить                Resolve
close!           open             closed           Закрыть               Close
stop_progress    inProgress       open             Остановить_работу     Stop_progress
need_info1       inProgress       needInfo         Запросить_информацию  Need_info
send_to_review   inProgress       inReview         На_ревью              Send_to_review
ready_to_test    inProgress       readyForTest     В_тестирование        Ready_to_test
resolve1!        inProgress       resolved         Решить                Resolve
close1!          inProgress       closed           Закрыть               Close
provide_info     needInfo         open             Предоставить_данные   Provide_info
start_progress1  needInfo         inProgress       В_работу              Start_progress
close2!          needInfo         closed           Закрыть               Close
ready_to_test1   inReview         readyForTest     В_тестирование        Ready_to_test
send_back        inReview         needsImprovement На_доработку          Send_back
start_progress2  inReview         inProgress       В_работу              Start_progress
send_back1       readyForTest     needsImprovement На_доработку          Send_back
start_progress3  readyForTest     inProgress       В_работу              Start_progress
resolve2!        readyForTest     resolved         Решить                Resolve
close3!          readyForTest     closed           Закрыть               Close
start_progress4  needsImprovement inProgress       В_работу              Start_progress
send_to_review1  needsImprovement inReview         На_ревью              Send_to_review
close4!          needsImprovement closed           Закрыть               Close
reopen           resolved         open             Переоткрыть           Reopen
close5!          resolved         closed           Закрыть               Close
reopen1          closed           open             Переоткрыть           Reopen
"""
# Preset workflows name a transition after its target and count the repetitions.
_PRESET = """
inProgress       open             inProgress       В_работу              In_progress
closed!          open             closed           Закрыть               Close
open             inProgress       open             Вернуть               Open
readyForTest     inProgress       readyForTest     В_тестирование        Ready_for_test
closed1!         inProgress       closed           Закрыть               Close
inProgress1      readyForTest     inProgress       В_работу              In_progress
closed2!         readyForTest     closed           Закрыть               Close
open1            closed           open             Переоткрыть           Reopen
"""
# id, type, member's type, who writes (- the API only, + a request, * and it may not be empty), names
_FIELDS = """
summary        string     -      * Название             Summary
description    text       -      + Описание             Description
queue          queue      -      - Очередь              Queue
status         status     -      - Статус               Status
type           issuetype  -      * Тип                  Type
priority       priority   -      * Приоритет            Priority
resolution     resolution -      + Резолюция            Resolution
assignee       user       -      + Исполнитель          Assignee
createdBy      user       -      - Автор                Author
updatedBy      user       -      - Изменил              Modified_by
createdAt      datetime   -      - Создано              Created
updatedAt      datetime   -      - Обновлено            Updated
followers      array      user   + Наблюдатели          Followers
tags           array      string + Теги                 Tags
parent         issue      -      + Родительская_задача  Parent_issue
start          date       -      + Начало               Start_date
end            date       -      + Завершение           End_date
deadline       date       -      + Дедлайн              Deadline
storyPoints    float      -      + Story_Points         Story_Points
"""
# queue, status, summary, what else stands in the request that creates it
_ISSUES: list[tuple[str, str, str, Mapping[str, object]]] = [
    ("TEST", "open", "Add login form", {"type": "story"}),
    ("TEST", "inProgress", "Reset a forgotten password", {"assignee": "anna.ivanova"}),
    ("TEST", "inReview", "Search forgets its filter", {"type": "bug", "assignee": "ivan.petrov"}),
    ("TEST", "readyForTest", "Upload stops at 2 GB", {"type": "bug", "priority": "critical"}),
    ("TEST", "resolved", "Typo on the welcome page", {"type": "bug", "resolution": "fixed"}),
    ("TEST", "needsImprovement", "Export to CSV", {"tags": ["export"]}),
    ("TEST", "needInfo", "Slow start on some laptops", {"type": "bug"}),
    ("WEB", "open", "New landing page", {}),
    ("WEB", "inProgress", "Cookie banner", {"assignee": "anna.ivanova"}),
]


def fresh(clock: Callable[[], datetime], *, bench_field: bool = True, issues: bool = True) -> World:
    """Return a new world; *bench_field*: with the global field benchLink; *issues*: with the usual issues."""
    world = _bare(bench_field)
    if issues:
        tracker, ivan = Tracker(world, clock), world.users[_IVAN]
        for queue, status, summary, more in _ISSUES:
            issue = tracker.create_issue(ivan, {"queue": queue, "summary": summary, **more})
            if status != issue.status:
                place(tracker, ivan, issue, status)
        tracker.add_comment(world.users[_ANNA], tracker.issue("TEST-3"), "Which filter do you mean?")
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
        },
        statuses=_terms(_STATUSES),
        resolutions=_terms(_RESOLUTIONS),
        priorities=_terms(_PRIORITIES),
        issue_types=_terms(_TYPES),
        workflows={"dev": _workflow("dev", _CLASSIC), "quickStartV2PresetWorkflow": _preset()},
        queues={},
        categories={
            _SYSTEM: Category(_SYSTEM, Name("Системные", "System")),
            _EXTRA: Category(_EXTRA, Name("Дополнительные", "Additional")),
        },
        fields={},
        last_id=100,
    )
    world.queues["TEST"] = _queue(1, "TEST", Name("Тестовая", "Test"), _ANNA, "dev")
    world.queues["WEB"] = _queue(2, "WEB", Name("Сайт", "Website"), _IVAN, "quickStartV2PresetWorkflow")
    for order, line in enumerate(_rows(_FIELDS), 1):
        key, kind, items, mark, ru, en = line
        field = Field(key, key, Name(ru, en), kind, _SYSTEM, items="" if items == "-" else items, order=order)
        field.readonly, field.required = mark == "-", mark == "*"
        world.fields[key] = field
    if bench_field:
        name = Name("Ссылка на стенд", "Bench link")
        world.fields[BENCH_FIELD] = Field(BENCH_FIELD, BENCH_FIELD, name, "uri", _EXTRA, order=100)
    local = "6a0000000000000000000001--browser"
    world.fields[local] = Field(local, "browser", Name("Браузер", "Browser"), "string", _EXTRA, queue="WEB", order=101)
    return world


def _preset() -> Workflow:
    return _workflow("quickStartV2PresetWorkflow", _PRESET)


def _queue(number: int, key: str, name: Name, lead: str, workflow: str) -> Queue:
    kinds, resolutions = list(_terms(_TYPES)), list(_terms(_RESOLUTIONS))
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
