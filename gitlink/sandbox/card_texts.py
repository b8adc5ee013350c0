"""The words of the board's cards in both languages."""

from __future__ import annotations

from .model import Lang, Name

TEXTS: dict[Lang, dict[str, str]] = {
    "ru": {
        "details": "Поля",
        "comments": "Комментарии",
        "links": "Связи",
        "worklogs": "Затраченное время",
        "files": "Файлы",
        "changelog": "История",
        "triggers": "Триггеры",
        "trigger": "триггер",
        "failed": "не сработал",
    },
    "en": {
        "details": "Fields",
        "comments": "Comments",
        "links": "Links",
        "worklogs": "Time spent",
        "files": "Files",
        "changelog": "History",
        "triggers": "Triggers",
        "trigger": "trigger",
        "failed": "failed",
    },
}
KINDS = {
    "IssueCreated": Name("задача создана", "created"),
    "IssueUpdated": Name("изменено", "changed"),
    "IssueWorkflow": Name("переход", "moved on"),
    "IssueMoved": Name("перенесено", "moved to another queue"),
    "IssueCommentAdded": Name("комментарий", "commented"),
    "IssueCommentUpdated": Name("комментарий изменён", "comment changed"),
    "IssueCommentRemoved": Name("комментарий удалён", "comment removed"),
    "IssueWorklogAdded": Name("учтено время", "logged time"),
    "IssueWorklogUpdated": Name("время изменено", "logged time changed"),
    "IssueWorklogRemoved": Name("время удалено", "logged time removed"),
    "IssueLinked": Name("связь добавлена", "linked"),
    "IssueUnlinked": Name("связь удалена", "unlinked"),
    "IssueAttachmentAdded": Name("файл добавлен", "file added"),
    "IssueAttachmentRemoved": Name("файл удалён", "file removed"),
}
