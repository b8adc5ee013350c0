"""The tables a sandbox's first world is made of; a blank in a name is written as `_`."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES = """
open             new         Открыт               Open
inProgress       inProgress  В_работе             In_progress
needInfo         paused      Требуется_информация Need_info
inReview         inProgress  На_ревью             In_review
readyForTest     inProgress  Можно_тестировать    Ready_for_test
testing          inProgress  Тестируется          Testing
needsImprovement inProgress  Нужны_доработки      Needs_improvement
resolved         done        Решён                Resolved
closed           done        Закрыт               Closed
"""
RESOLUTIONS = """
fixed      - Решён              Fixed
wontFix    - Не_будет_исправлен Won't_fix
duplicate  - Дубликат           Duplicate
cantReproduce - Не_воспроизводится Can't_reproduce
"""
PRIORITIES = """
trivial  - Незначительный Trivial
minor    - Низкий         Minor
normal   - Средний        Normal
critical - Критичный      Critical
blocker  - Блокер         Blocker
"""
TYPES = """
bug     - Ошибка    Bug
task    - Задача    Task
story   - История   Story
epic    - Эпик      Epic
"""
# id, from, to, name in Russian and English; "!" after the id: the screen demands a resolution.
CLASSIC = """
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
start_testing    readyForTest     testing          Начать_тестирование   Start_testing
resolve2!        readyForTest     resolved         Решить                Resolve
close3!          readyForTest     closed           Закрыть               Close
ready_to_test2   testing          readyForTest     Вернуть_в_очередь     Back_to_the_line
send_back2       testing          needsImprovement На_доработку          Send_back
resolve3!        testing          resolved         Решить                Resolve
close6!          testing          closed           Закрыть               Close
start_progress4  needsImprovement inProgress       В_работу              Start_progress
send_to_review1  needsImprovement inReview         На_ревью              Send_to_review
close4!          needsImprovement closed           Закрыть               Close
reopen           resolved         open             Переоткрыть           Reopen
close5!          resolved         closed           Закрыть               Close
reopen1          closed           open             Переоткрыть           Reopen
"""
# Preset workflows name a transition after its target and count the repetitions.
PRESET = """
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
FIELDS = """
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
components     array      component + Компоненты        Components
key            string     -      - Ключ                 Key
previousStatus status     -      - Предыдущий_статус    Previous_status
previousQueue  queue      -      - Предыдущая_очередь   Previous_queue
statusStartTime datetime  -      - Время_в_статусе      Status_since
resolvedAt     datetime   -      - Решено               Resolved
resolvedBy     user       -      - Кем_решено           Resolved_by
lastCommentUpdatedAt datetime -  - Последний_комментарий Last_comment
votes          integer    -      - Голоса               Votes
"""
# queue, status, summary, what else stands in the request that creates it
ISSUES: list[tuple[str, str, str, Mapping[str, object]]] = [
    ("TEST", "open", "Add login form", {"type": "story"}),
    ("TEST", "inProgress", "Reset a forgotten password", {"assignee": "anna.ivanova"}),
    ("TEST", "inReview", "Search forgets its filter", {"type": "bug", "assignee": "ivan.petrov"}),
    ("TEST", "readyForTest", "Upload stops at 2 GB", {"type": "bug", "priority": "critical"}),
    ("TEST", "resolved", "Typo on the welcome page", {"type": "bug", "resolution": "fixed"}),
    ("TEST", "needsImprovement", "Export to CSV", {"tags": ["export"]}),
    ("TEST", "needInfo", "Slow start on some laptops", {"type": "bug"}),
    ("WEB", "open", "New landing page", {"assignee": "ivan.petrov"}),
    ("WEB", "inProgress", "Cookie banner", {"assignee": "anna.ivanova"}),
    ("WEB", "readyForTest", "Dark colours", {"assignee": "ivan.petrov", "type": "story"}),
    ("WEB", "closed", "Broken link in the footer", {"type": "bug", "resolution": "fixed"}),
    ("WEB", "closed", "Pop-up for a newsletter", {"resolution": "wontFix"}),
]

# id, name, the status it answers to a link (0: takes it): third parties report 403 for Wiki and 500 for Messenger
APPLICATIONS = """
ru.yandex.gitlab    GitLab    0
ru.yandex.bitbucket Bitbucket 0
ru.yandex.wiki      Wiki      403
ru.yandex.messenger Messenger 500
"""
