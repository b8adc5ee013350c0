"""Files on issues: uploaded first and named later, or put on an issue at once; kept in memory, small ones only.

Source: https://yandex.ru/support/tracker/ru/api-ref/issues/post-attachment
"""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from email.message import EmailMessage

from .call import Call, Handler, Reply
from .model import Name, Refusal
from .records import Attachment, Issue
from .validity import file_name, media_type

_MOST = 5 * 1024 * 1024


def _received(call: Call) -> Attachment:
    """Return the file of a multipart request."""
    if len(call.raw) > _MOST:
        raise Refusal(413, Name("Файл слишком большой.", "The file is too big for the sandbox: at most 5 MiB."))
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode("latin-1")
    message = message_from_bytes(head + call.raw, policy=policy.HTTP)
    parts = [part for part in message.iter_parts() if part.get_filename()] if message.is_multipart() else []
    if not parts:
        raise Refusal(422, errors={"file": Name("Файл обязателен.", "The file is required.")})
    part = parts[0]
    content = part.get_payload(decode=True)
    assert isinstance(part, EmailMessage) and isinstance(content, bytes)
    name = file_name(call.query.get("filename") or part.get_filename() or "file")
    encoded, number = base64.b64encode(content).decode(), str(call.tracker.new_number())
    kind, now = media_type(part.get_content_type()), call.tracker.clock()
    return Attachment(number, name, kind, encoded, len(content), call.user.uid, now)


def upload(call: Call) -> Reply:
    """POST /attachments: a file that no issue has yet."""
    file = _received(call)
    call.tracker.world.uploads[file.id] = file
    return Reply(call.view.attachment(None, file), 201)


def adopt(call: Call, issue: Issue, ids: object) -> list[str]:
    """Put the uploaded files *ids* on *issue* and return their ids."""
    wanted = [str(item) for item in ids] if isinstance(ids, list) else []
    uploads = call.tracker.world.uploads
    if missing := [item for item in wanted if item not in uploads]:
        text = Name(f"Файл {missing[0]} не существует.", f"File {missing[0]} does not exist.")
        raise Refusal(422, errors={"attachmentIds": text})
    issue.attachments += [uploads.pop(item) for item in dict.fromkeys(wanted)]
    return wanted


def listed(call: Call) -> Reply:
    """GET /issues/{key}/attachments."""
    issue = call.issue()
    return Reply([call.view.attachment(issue, file) for file in issue.attachments])


def attach(call: Call) -> Reply:
    """POST /issues/{key}/attachments: 201."""
    issue, file = call.issue(), _received(call)
    issue.attachments.append(file)
    call.tracker.record(issue, call.user, "IssueAttachmentAdded")
    return Reply(call.view.attachment(issue, file), 201)


def _file(call: Call) -> Attachment:
    for file in call.issue().attachments:
        if call.args["id"] == file.id:
            return file
    raise Refusal(404, Name("Файл не существует.", "File does not exist."))


def show(call: Call) -> Reply:
    """GET /issues/{key}/attachments/{id}."""
    return Reply(call.view.attachment(call.issue(), _file(call)))


def content(call: Call) -> Reply:
    """GET /issues/{key}/attachments/{id}/{name}: the file itself, never as something a browser would run."""
    return Reply(base64.b64decode(_file(call).content), 200, {"Content-Type": "application/octet-stream"})


def remove(call: Call) -> Reply:
    """DELETE /issues/{key}/attachments/{id}."""
    issue, file = call.issue(), _file(call)
    issue.attachments.remove(file)
    call.tracker.record(issue, call.user, "IssueAttachmentRemoved")
    return Reply(None, 204)


ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/attachments", upload),
    ("GET", "/issues/{key}/attachments", listed),
    ("POST", "/issues/{key}/attachments", attach),
    ("GET", "/issues/{key}/attachments/{id}", show),
    ("GET", "/issues/{key}/attachments/{id}/{name}", content),
    ("DELETE", "/issues/{key}/attachments/{id}", remove),
]
