"""What is remembered of a pull request's verdicts does not depend on the order in which deliveries come."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gitlink.forge.model import Opinion, Person, PullRequest, PullRequestEvent, Verdict
from gitlink.service import memory as memories
from gitlink.service.memory import Memory
from tests.linear import assert_linear

START = datetime(2026, 1, 2, tzinfo=UTC)
PEOPLE = [Person(name, frozenset([f"id:{name}"])) for name in ("bert", "carl", "dora")]
BERT, CARL, DORA = PEOPLE
ANNAS = PullRequest("github", "acme/app", 7, "TEST-1", "", "TEST-1-login", "main", "a" * 40, "", None)
OPINIONS: tuple[Opinion, ...] = (
    "approved",
    "changes_requested",
    "withdrawn",
    "approval_withdrawn",
    "rejection_withdrawn",
)


def said(
    minute: int, *verdicts: tuple[Person, Opinion], everybody: bool = False, drops: bool = False
) -> PullRequestEvent:
    """Return a delivery of this minute; of *everybody* where nobody else has a verdict."""
    at = START + timedelta(minutes=minute)
    known = tuple([Verdict(person, opinion, at) for person, opinion in verdicts])
    told = PullRequestEvent(f"id-{minute}", "updated", ANNAS, None, at, known=known)
    return replace(told, is_complete=everybody, drops_approvals=drops)


def opinions(events: list[PullRequestEvent]) -> dict[str, str]:
    memory = Memory()
    for event in events:
        memory.take(event, None)
        memory = memories.load(json.loads(json.dumps(memories.dump(memory))))
    return {one.person.login: one.opinion for one in memory.verdicts}


def test_an_approval_that_comes_after_its_withdrawal_does_not_count() -> None:
    assert opinions([said(2, (BERT, "withdrawn")), said(1, (BERT, "approved"))]) == {}
    assert opinions([said(2, (BERT, "approval_withdrawn")), said(1, (BERT, "approved"))]) == {}
    assert opinions([said(2, drops=True), said(1, (BERT, "approved"), (CARL, "changes_requested"))]) == {
        "carl": "changes_requested"
    }


def test_what_was_true_of_everybody_once_wipes_nothing_newer() -> None:
    late = said(1, (CARL, "approved"), everybody=True)
    assert opinions([said(2, (BERT, "approved")), late]) == {"carl": "approved", "bert": "approved"}
    assert opinions([said(2, (BERT, "approved"), everybody=True), late]) == {"bert": "approved"}


def test_what_the_forge_says_now_overrules_whatever_happened_before() -> None:
    memory = Memory()
    memory.take(said(5, (BERT, "approved")), None)
    memory.take(said(3, (CARL, "approved")), [Verdict(DORA, "approved")])
    memory.take(said(4, (CARL, "approved")), None)
    assert [one.person.login for one in memory.verdicts] == ["dora"]
    memory.take(said(6, (CARL, "approved")), None)
    assert [one.person.login for one in memory.verdicts] == ["dora", "carl"]


def test_a_delivery_that_is_worked_on_again_says_nothing_new() -> None:
    memory = Memory()
    for event in (said(1, (BERT, "approved")), said(1, (BERT, "withdrawn")), said(1, (BERT, "approved"))):
        memory.take(event, None)
    assert (memory.verdicts, len(memory.testimonies)) == ([], 2)


def test_a_thousand_verdicts_are_not_kept_one_by_one() -> None:
    memory = Memory()
    memory.take(said(0, (CARL, "approved")), None)
    for minute in range(1, 1000):
        memory.take(said(minute, (BERT, "approved" if minute % 2 else "changes_requested")), None)
    memory.take(said(998, (DORA, "approved")), None)
    memory.take(said(2, (CARL, "changes_requested")), None)
    assert {one.person.login: one.opinion for one in memory.verdicts} == {
        "bert": "approved",
        "carl": "approved",
        "dora": "approved",
    }
    assert len(memory.testimonies) <= 200


def crowd(size: int, first: int = 0) -> list[Person]:
    return [Person(f"p{at}", frozenset([f"id:{at}", f"login:p{at}"])) for at in range(first, first + size)]


def told_by(memory: Memory) -> int:
    return sum([len(one.verdicts) for one in memory.testimonies])


def test_a_crowd_that_is_told_of_again_and_again_is_kept_once() -> None:
    """Nothing true is lost: of each person the newest counts, and what came before that of somebody else stands."""
    people, memory = crowd(900), Memory()
    memory.take(said(0, (BERT, "changes_requested"), (CARL, "approved")), None)
    memory.take(said(1, (CARL, "rejection_withdrawn"), (DORA, "changes_requested"), (DORA, "approved")), None)
    for minute in range(2, 41):
        memory.take(said(minute, *[(person, "approved" if minute % 3 else "withdrawn") for person in people]), None)
        assert told_by(memory) <= 1000
    standing = {one.person.login: one.opinion for one in memory.verdicts}
    assert standing == {
        "bert": "changes_requested",
        "carl": "approved",
        "dora": "approved",
        **{person.login: "approved" for person in people},
    }
    memory.take(said(1, (people[0], "changes_requested")), None)  # late
    assert standing == {one.person.login: one.opinion for one in memory.verdicts}
    memory.take(said(50, (people[0], "changes_requested")), None)
    assert [one.person for one in memory.verdicts if one.opinion == "changes_requested"] == [BERT, people[0]]


def test_of_more_people_than_there_are_the_newest_count() -> None:
    memory = Memory()
    for minute in range(10):
        memory.take(said(minute, *[(person, "approved") for person in crowd(600, 600 * minute)]), None)
        assert told_by(memory) <= 1000
    assert [one.person for one in memory.verdicts] == crowd(1000, 5000)
    memory.take(said(20, *[(person, "approved") for person in crowd(3000)]), None)
    assert len(memory.verdicts) == 1000


def test_a_crowd_costs_for_each_delivery_what_it_costs_for_the_first() -> None:
    people = crowd(1000)

    def take(number: int) -> None:
        memory = Memory()
        for minute in range(number):
            memory.take(said(minute, *[(person, "approved") for person in people]), None)
            memory = memories.load(json.loads(json.dumps(memories.dump(memory))))

    assert_linear(take, 16)


deliveries = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(OPINIONS)), max_size=2),
        st.sampled_from(["", "", "", "everybody", "drops"]),
    ),
    max_size=8,
).map(
    lambda words: [
        said(minute, *verdicts, everybody=what == "everybody", drops=what == "drops")
        for minute, (verdicts, what) in enumerate(words)
    ]
)


@given(deliveries, st.data())
def test_the_order_in_which_deliveries_come_does_not_matter(told: list[PullRequestEvent], data: st.DataObject) -> None:
    assert opinions(data.draw(st.permutations(told))) == opinions(told)
