"""A stand-in for Yandex Tracker's REST API, written from its documentation; of gitlink it imports nothing but errors.

Where no source says what the real one does, it assumes; what can be had both ways is a switch of `world.Switches`, set
by `POST /_sandbox/seed {"switches": {"stale_trigger": 409}}`. What it keeps to and what it does not reproduce:

| topic               | kept                                         | not reproduced                                  |
| ------------------- | -------------------------------------------- | ----------------------------------------------- |
| paths, `self`       | /v2, /v3, slash or none, own host            | `project` (and so its v2 shape)                 |
| access              | OAuth, Bearer, both organizations, licence   | tokens that expire, scopes, rights on issues    |
| errors              | envelope, both languages, plain 401          | the real wording                                |
| issues              | create, edit, operators, `unique`, 409, 423  | votes, favorite, mail, `_clone`, `_import`      |
| moving an issue     | aliases, fields lost, redirect by switch     | versions and projects of the issue              |
| unknown keys        | of issues ignored, elsewhere 422 (assumed)   | -                                               |
| unknown parameters  | ignored, 400 by switch                       | -                                               |
| transitions         | by status, screens, `_execute`, codes        | rights on a transition, optional screen fields  |
| workflows           | reading                                      | creating and changing                           |
| fields              | global, local, categories, options, 403      | formulas, suggestions                           |
| search              | four criteria, order, three ways to page     | saved filters, `group()`, SLA, the index's lag  |
| comments, changelog | cursor, summonees, `executedTriggers`        | reactions, templates, mail                      |
| worklogs            | ISO 8601, business weeks                     | `estimation`, `originalEstimation`              |
| links               | both ends; `direction` of subtasks is known, | `clone`, `original`; the field `parent` and     |
|                     | the others' as a client reads it             | links do not follow each other                  |
| external links      | registered applications, a key, no address   | asking the application back                     |
| attachments         | upload, list, read, delete, 5 MiB            | thumbnails                                      |
| bulk changes        | update, transition, move, polling, failures  | progress: done at once, behind the answer       |
| queues              | create, soft delete, restore, components     | editing, versions, boards, sprints, macros      |
| triggers            | events, fields, links, comments, dates,      | checklists, formulas, user groups (422); mail,  |
|                     | numbers, lists; comment, edit, move, issue   | so no comment is external                       |
| HTTP requests       | variables, auth, 10 s, five attempts, log    | those under way when the sandbox ends           |
| messengers          | Slack hooks, chat.postMessage, sendMessage   | a pace of their own (inject 429)                |
| faults              | 429, 5xx, HTML, slow, closed; a rate limit   | the real limits, documented nowhere         |

Assumed, with no switch: a duplicate field id is 409; what is no web address is 422; an unknown name in a search is 422,
a broken query 400; plain variables are not escaped; no trigger fires twice on what
follows from one change.
"""
