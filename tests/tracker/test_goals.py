"""Goals against a small real server with a state: one effect, whatever is lost on the way."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from gitlink.errors import TrackerRefused, TransitionUnavailable, Unreachable
from gitlink.goals import CommentOnce, Move, SetField, is_uncertain, reach
from gitlink.tracker.models import Status
from gitlink.tracker.refusal import Refused
from gitlink.transport.model import NoAnswer
from tests.tracker.loopback import Answer, Seen, client, serving, told

NAMES = {
    "open": ("Open", "Открыт"),
    "readyForTest": ("Ready for test", "Готово к тесту"),
    "closed": ("Closed", "Закрыт"),
}
FIELD = "6054ae3a2b6b2c7f00000001--benchLink"
LOST = Answer(is_silent=True)


@dataclass
class Board:
    """One issue, open, that can go to ready and, with a resolution, be closed.

    `before`: answers that take a write's place; `after`: answers that take the place of its answer.
    """

    status: str = "open"
    values: dict[str, object] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    me: int = 11
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    moves: int = 0
    ignores: bool = False
    lags: bool = False
    is_down: bool = False
    meddle: Callable[["Board"], None] | None = None

    def __call__(self, seen: Seen) -> Answer:
        language = 1 if seen.headers["accept-language"] == "ru" else 0
        if self.is_down:
            return Answer(503)
        if seen.method == "GET":
            return self.read(seen.path, language)
        if self.meddle:
            self.meddle(self)
        if self.before:
            return self.before.pop(0)
        answer = self.write(seen, language)
        return self.after.pop(0) if self.after else answer

    def read(self, path: str, language: int) -> Answer:
        match path.removeprefix("/v3/").split("/"):
            case ["myself"]:
                return told({"uid": self.me, "display": "Anna"})
            case ["statuses"]:
                return told([{"id": 1, "key": key, "name": names[language]} for key, names in NAMES.items()])
            case ["issues", "TEST-1"]:
                return self.issue(language)
            case ["issues", "TEST-1", "transitions"]:
                return told(self.offered(language))
            case ["issues", "TEST-1", "comments"]:
                return told([self.comment(number) for number in range(0 if self.lags else len(self.comments))])
            case ["queues", "TEST", "localFields"]:
                return told([{"id": FIELD, "key": "benchLink", "name": "Bench link", "type": "local"}])
            case ["fields"]:
                return told([{"id": "assignee", "key": "assignee", "name": "Assignee", "type": "standard"}])
        return told({"errors": {}, "errorMessages": ["not there"], "statusCode": 404}, 404)

    def write(self, seen: Seen, language: int) -> Answer:
        body = json.loads(seen.body)
        if seen.method == "PATCH":
            if not self.ignores:
                self.values.update(body)
            return self.issue(language)
        if seen.path.startswith("/v3/issues/_search"):
            return told([])
        if seen.path.endswith("/comments"):
            self.comments.append(body["text"])
            return told(self.comment(-1), 201)
        return self.move(seen.path.split("/")[5], body, language)

    def move(self, name: str, body: dict[str, str], language: int) -> Answer:
        if name not in [entry["id"] for entry in self.offered(language)]:
            return told({"errors": {}, "errorMessages": ["no such move"], "statusCode": 404}, 404)
        if name == "close" and "resolution" not in body:
            words = "You must set values for the fields resolution."
            return told({"errors": {}, "errorMessages": [words], "statusCode": 422}, 422)
        self.status = {"close": "closed", "ready1": "readyForTest"}[name]
        self.moves += 1
        if "comment" in body:
            self.comments.append(body["comment"])
        return told(self.offered(language))

    def issue(self, language: int) -> Answer:
        status = {"id": "1", "key": self.status, "display": NAMES[self.status][language]}
        return told({"key": "TEST-1", "summary": "Fix login", "status": status, "version": 1, **self.values})

    def offered(self, language: int) -> list[dict[str, object]]:
        def one(name: str, to: str, **more: object) -> dict[str, object]:
            return {"id": name, "display": name, "to": {"id": "1", "key": to, "display": NAMES[to][language]}, **more}

        ready, close = one("ready1", "readyForTest"), one("close", "closed", screen={"id": "1"})
        return {"open": [ready, close], "readyForTest": [close], "closed": []}[self.status]

    def comment(self, number: int) -> dict[str, object]:
        created = "2026-03-03T13:24:52.575+0000"
        author = {"id": "11", "display": "Anna"}
        return {"id": 600, "text": self.comments[number], "createdAt": created, "createdBy": author}


OPEN = Status("open", "Open")
READY = Status("readyForTest", "Ready for test")


@pytest.mark.parametrize("word", ["ready-for-test", "Ready for test", "Готово к тесту", "ГОТОВО_К_ТЕСТУ"])
def test_there_already_is_success_and_no_write(word: str) -> None:
    board = Board(status="readyForTest")
    with serving(board) as server:
        reached = reach(client(server), Move("TEST-1", word))
    assert (reached.changed, reached.before, reached.after) == (False, READY, READY)
    assert not [line for line in server.lines if not line.startswith("GET")]


def test_the_comment_of_a_move_that_is_not_needed_is_written_once() -> None:
    board = Board(status="readyForTest")
    with serving(board) as server:
        for _ in range(2):
            reached = reach(client(server), Move("TEST-1", "ready-for-test", comment="hello"))
    assert (reached.changed, board.comments, board.moves) == (False, ["hello"], 0)


@pytest.mark.parametrize("word", ["ready-for-test", "Ready for test", "Готово к тесту"])
def test_a_move(word: str) -> None:
    board = Board()
    with serving(board) as server:
        reached = reach(client(server), Move("TEST-1", word, comment="hello"))
    assert (reached.issue, reached.changed, reached.before, reached.after) == ("TEST-1", True, OPEN, READY)
    assert (board.status, board.moves, board.comments) == ("readyForTest", 1, ["hello"])


def test_a_move_takes_resolution_and_fields_along() -> None:
    board = Board()
    with serving(board) as server:
        reach(client(server), Move("TEST-1", "closed", resolution="fixed", fields={"assignee": "anna"}))
    assert json.loads(server.seen[-1].body) == {"assignee": "anna", "resolution": "fixed"}


@pytest.mark.parametrize("fault", [LOST, Answer(500), Answer(502, b"<html>"), Answer(200, b"[{", cut=1)])
def test_a_move_whose_answer_is_lost_is_looked_for_and_not_repeated(fault: Answer) -> None:
    board = Board(after=[fault])
    with serving(board) as server:
        reached = reach(client(server), Move("TEST-1", "ready-for-test", comment="hello"))
    assert (reached.changed, reached.before, reached.after) == (True, OPEN, READY)
    assert (board.moves, board.comments) == (1, ["hello"])
    assert len([line for line in server.lines if line.startswith("POST")]) == 1


@pytest.mark.parametrize("fault", [LOST, Answer(500), told({"errorMessages": ["conflict"]}, 409)])
def test_a_move_that_had_no_effect_is_made_again_after_a_look(fault: Answer) -> None:
    board = Board(before=[fault])
    with serving(board) as server:
        assert reach(client(server), Move("TEST-1", "ready-for-test")).changed
    assert board.moves == 1
    assert server.lines[-4:] == [
        "POST /v3/issues/TEST-1/transitions/ready1/_execute",
        "GET /v3/issues/TEST-1",
        "GET /v3/issues/TEST-1/transitions",
        "POST /v3/issues/TEST-1/transitions/ready1/_execute",
    ]


def test_a_move_lost_twice_is_given_up_and_called_uncertain() -> None:
    board = Board(before=[LOST, LOST])
    with serving(board) as server, pytest.raises(Unreachable) as caught:
        reach(client(server), Move("TEST-1", "ready-for-test"))
    assert is_uncertain(caught.value)
    assert board.moves == 0


def test_a_second_move_whose_answer_is_lost_too_counts_when_its_effect_is_there() -> None:
    board = Board(before=[LOST], after=[LOST])
    with serving(board) as server:
        reached = reach(client(server), Move("TEST-1", "ready-for-test"))
    assert (reached.changed, reached.after, board.moves) == (True, READY, 1)


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_because_someone_else_was_faster_is_success(status: int) -> None:
    def faster(board: Board) -> None:
        board.status = "readyForTest"

    board = Board(before=[told({"errorMessages": ["no"]}, status)], meddle=faster)
    with serving(board) as server:
        assert reach(client(server), Move("TEST-1", "ready-for-test")).after == READY
    assert board.moves == 0


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_because_the_issue_went_elsewhere_tells_what_is_offered_now(status: int) -> None:
    def elsewhere(board: Board) -> None:
        board.status = "closed"

    board = Board(before=[told({"errorMessages": ["no"]}, status)], meddle=elsewhere)
    with serving(board) as server, pytest.raises(TransitionUnavailable) as caught:
        reach(client(server), Move("TEST-1", "ready-for-test"))
    assert caught.value.message == "`TEST-1` cannot move to `Ready for test`"
    assert caught.value.where == "`TEST-1` is in `Closed`"
    assert caught.value.why == "its workflow now offers no move"


def test_a_missing_field_is_told_in_trackers_words_with_the_option_that_fills_it() -> None:
    with serving(Board()) as server, pytest.raises(Refused) as caught:
        reach(client(server), Move("TEST-1", "closed"))
    assert caught.value.exit_code == 5
    assert caught.value.message == "`TEST-1` did not move to `Closed`"
    assert caught.value.why == "You must set values for the fields resolution"
    assert caught.value.fix == "gitlink status closed --resolution fixed --issue TEST-1"


def test_a_form_that_wants_more_than_a_resolution_is_told_the_option_for_any_field() -> None:
    board = Board(before=[told({"errorMessages": ["Fill in the version."]}, 422)])
    with serving(board) as server, pytest.raises(Refused) as caught:
        reach(client(server), Move("TEST-1", "closed", resolution="fixed"))
    assert caught.value.why == "Fill in the version"
    assert caught.value.fix == "name the missing field: `gitlink status closed --field NAME=VALUE --issue TEST-1`"


def go_down(board: Board) -> None:
    board.is_down = True


@pytest.mark.parametrize("goal", [Move("TEST-1", "ready-for-test"), CommentOnce("TEST-1", "hello")])
def test_where_no_second_look_is_possible_the_write_stays_uncertain(goal: Move | CommentOnce) -> None:
    with serving(Board(before=[LOST], meddle=go_down)) as server, pytest.raises(NoAnswer) as caught:
        reach(client(server), goal)
    assert caught.value.uncertain
    assert caught.value.where == f"POST {server.url}"


@pytest.mark.parametrize("status", [403, 423])
def test_a_final_refusal_is_final(status: int) -> None:
    board = Board(before=[told({"errorMessages": ["no"]}, status)])
    with serving(board) as server, pytest.raises(Refused):
        reach(client(server), Move("TEST-1", "ready-for-test"))
    assert len([line for line in server.lines if line.startswith("POST")]) == 1


def test_a_status_that_is_not_offered_from_here() -> None:
    with serving(Board(status="readyForTest")) as server, pytest.raises(TransitionUnavailable) as caught:
        reach(client(server), Move("TEST-1", "открыт"))
    assert caught.value.message == "`TEST-1` cannot move to `Открыт`"
    assert caught.value.why == "its workflow now offers `Closed`"
    assert caught.value.fix == "gitlink status --issue TEST-1"


def test_a_status_that_does_not_exist() -> None:
    with serving(Board()) as server, pytest.raises(TransitionUnavailable) as caught:
        reach(client(server), Move("TEST-1", "redyForTest"))
    assert caught.value.message == "there is no status `redyForTest`"
    assert caught.value.fix == "gitlink status readyForTest --issue TEST-1"


def test_a_field_that_holds_the_value_already_is_left_alone() -> None:
    with serving(Board(values={FIELD: "https://b/1"})) as server:
        assert not reach(client(server), SetField("TEST-1", "benchLink", "https://b/1")).changed
        assert not reach(client(server), SetField("TEST-1", "assignee", None)).changed
    assert not [line for line in server.lines if not line.startswith("GET")]


@pytest.mark.parametrize("word", ["benchLink", "Bench link", "bench-link", FIELD])
def test_a_local_field_is_written_with_its_full_id(word: str) -> None:
    board = Board(before=[LOST])
    with serving(board) as server:
        reached = reach(client(server), SetField("TEST-1", word, "https://b/1"))
    assert (reached.changed, reached.before, reached.after) == (True, None, "https://b/1")
    assert board.values == {FIELD: "https://b/1"}


def test_a_field_is_cleared() -> None:
    board = Board(values={FIELD: "https://b/1"})
    with serving(board) as server:
        reached = reach(client(server), SetField("TEST-1", "benchLink", None))
    assert (reached.changed, reached.before, reached.after) == (True, "https://b/1", None)


def test_a_field_that_tracker_ignores_is_a_refusal() -> None:
    with serving(Board(ignores=True)) as server, pytest.raises(TrackerRefused) as caught:
        reach(client(server), SetField("TEST-1", "benchLink", "https://b/1"))
    assert caught.value.message == "Tracker ignored the field `Bench link` of `TEST-1`"
    assert caught.value.where == f"field `{FIELD}`"
    assert caught.value.fix == "gitlink doctor"


def test_a_reference_is_what_it_points_to() -> None:
    with serving(Board(values={"assignee": {"id": "11", "display": "Anna"}})) as server:
        assert not reach(client(server), SetField("TEST-1", "assignee", "11")).changed
        assert reach(client(server), SetField("TEST-1", "assignee", "anna.login")).changed


def test_a_field_that_does_not_exist() -> None:
    with serving(Board()) as server, pytest.raises(TrackerRefused) as caught:
        reach(client(server), SetField("TEST-1", "bench\x1b", "x"))
    assert caught.value.message == "queue `TEST` has no field `bench\ufffd`"


def test_a_comment_that_is_there_is_not_written_again() -> None:
    board = Board(comments=["other", "hello\nworld "])
    with serving(board) as server:
        reached = reach(client(server), CommentOnce("TEST-1", "hello\r\nworld"))
    assert not reached.changed
    assert len(board.comments) == 2


def test_the_same_words_of_another_or_of_long_ago_do_not_count() -> None:
    board = Board(comments=["hello"], me=12)
    with serving(board) as server:
        assert reach(client(server), CommentOnce("TEST-1", "hello")).changed
    board = Board(comments=["hello"])
    with serving(board) as server:
        assert reach(client(server), CommentOnce("TEST-1", "hello", datetime(2026, 3, 4, tzinfo=UTC))).changed
        assert not reach(client(server), CommentOnce("TEST-1", "hello", datetime(2026, 3, 2, tzinfo=UTC))).changed
    assert board.comments == ["hello", "hello"]


@pytest.mark.parametrize("fault", [LOST, Answer(500), told({"nonsense": 1}, 201)])
def test_a_comment_whose_answer_is_lost_is_looked_for(fault: Answer) -> None:
    board = Board(after=[fault])
    with serving(board) as server:
        reached = reach(client(server), CommentOnce("TEST-1", "hello"))
    assert reached.changed and reached.after is not None and reached.after.text == "hello"
    assert board.comments == ["hello"]


def test_a_comment_that_may_be_under_way_is_not_written_twice() -> None:
    board = Board(after=[LOST], lags=True)
    with serving(board) as server:
        with pytest.raises(NoAnswer) as caught:
            reach(client(server), CommentOnce("TEST-1", "hello"))
        assert is_uncertain(caught.value)
        board.lags = False
        assert not reach(client(server), CommentOnce("TEST-1", "hello")).changed
    assert board.comments == ["hello"]


def test_a_comment_turned_away_is_written_later() -> None:
    board = Board(before=[Answer(429), Answer(429), Answer(429)])
    with serving(board) as server:
        with pytest.raises(NoAnswer) as caught:
            reach(client(server), CommentOnce("TEST-1", "hello"))
        assert not is_uncertain(caught.value)
        assert reach(client(server), CommentOnce("TEST-1", "hello")).changed
    assert board.comments == ["hello"]
