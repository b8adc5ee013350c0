"""The truth table of reviews, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink import review
from gitlink.core import policy as policies
from gitlink.forge.model import Association, Opinion, Person, PullRequest, PullRequestEvent, Verdict, Word
from gitlink.review import Demands
from tests.linear import assert_linear

START = datetime(2026, 1, 2, tzinfo=UTC)
PEOPLE = {name: Person(name, frozenset([f"id:{name}"])) for name in ("anna", "bert", "carl", "dora", "Q-Lint", "ci-7")}
PEOPLE["robo"] = Person("robo", frozenset(["id:robo"]), is_bot=True)
ANNAS = PullRequest("github", "acme/app", 7, "TEST-1", "", "TEST-1-login", "main", "a" * 40, "", PEOPLE["anna"])
OPINIONS: dict[str, Opinion] = {
    "+": "approved",
    "-": "changes_requested",
    "0": "withdrawn",
    "0+": "approval_withdrawn",
    "0-": "rejection_withdrawn",
}


def verdicts(story: str) -> list[Verdict]:
    """Read `bert+ carl- bert0`: who thought what, a minute apart."""
    found = []
    for minute, word in enumerate(story.split()):
        name = word.rstrip("+-0")
        found.append(Verdict(PEOPLE[name], OPINIONS[word[len(name) :]], START + timedelta(minutes=minute)))
    return found


@pytest.mark.parametrize(
    ("story", "approvals", "expected"),
    [
        pytest.param("", 1, "open", id="nobody has said a word"),
        pytest.param("anna+", 1, "open", id="the author's own approval does not count"),
        pytest.param("anna-", 1, "open", id="nor does the author's rejection"),
        pytest.param("robo+", 1, "open", id="a bot does not count"),
        pytest.param("robo- bert+", 1, "accepted", id="not even its rejection"),
        pytest.param("Q-Lint+", 1, "open", id="who is ignored does not count, whatever the case"),
        pytest.param("ci-7-", 1, "open", id="nor who matches a glob"),
        pytest.param("bert+", 1, "accepted", id="one approval"),
        pytest.param("bert-", 1, "rejected", id="one rejection"),
        pytest.param("bert+ carl-", 1, "rejected", id="any open rejection wins"),
        pytest.param("carl- bert+", 1, "rejected", id="also over a later approval of somebody else"),
        pytest.param("bert- bert+", 1, "accepted", id="the newest of a person counts"),
        pytest.param("bert+ bert-", 1, "rejected", id="in both directions"),
        pytest.param("bert+ bert0", 1, "open", id="an approval taken back"),
        pytest.param("bert- bert0", 1, "open", id="a rejection taken back"),
        pytest.param("bert+ carl- carl0", 1, "accepted", id="the rejection taken back, the approval stays"),
        pytest.param("bert- bert0+", 1, "rejected", id="taking an approval back takes no rejection back"),
        pytest.param("bert+ bert- bert0+", 1, "rejected", id="as GitLab tells it: rejected after an approval"),
        pytest.param("bert+ bert0-", 1, "accepted", id="taking a rejection back takes no approval back"),
        pytest.param("bert- bert0-", 1, "open", id="a rejection taken back by its name"),
        pytest.param("bert+", 2, "open", id="one of two"),
        pytest.param("bert+ bert+", 2, "open", id="one person is one, however often"),
        pytest.param("bert+ carl+", 2, "accepted", id="two of two"),
        pytest.param("bert+ carl+ dora-", 2, "rejected", id="two of two, and one against"),
        pytest.param("bert+ carl+ bert0", 2, "open", id="two of two, then one less"),
    ],
)
def test_the_truth_table(story: str, approvals: int, expected: str) -> None:
    found = review.outcome(ANNAS, verdicts(story), Demands(approvals, ("q-lint", "CI-*")))
    assert found.state == expected
    assert found.why


def test_drafts_and_what_is_closed_are_not_judged() -> None:
    for state in (replace(ANNAS, is_draft=True), replace(ANNAS, state="merged"), replace(ANNAS, state="declined")):
        assert review.outcome(state, verdicts("bert+"), Demands()).state == "open"
        assert review.outcome(state, verdicts("bert-"), Demands()).state == "open"


def test_it_says_why() -> None:
    assert review.outcome(ANNAS, verdicts("bert- carl-"), Demands()).why == "changes requested by bert, carl"
    assert review.outcome(ANNAS, verdicts("bert+"), Demands()).why == "approved by bert"
    assert review.outcome(ANNAS, verdicts("bert+"), Demands(2)).why == "1 of 2 approvals"
    nobody = review.outcome(ANNAS, verdicts("anna+ Q-Lint+ carl0"), Demands(1, ("q-*",)))
    assert nobody.why == "0 of 1 approvals; anna (the author), Q-Lint (`review.ignore`) do not count"
    assert (
        review.outcome(ANNAS, verdicts("anna+"), Demands()).why == "0 of 1 approvals; anna (the author) does not count"
    )


@pytest.mark.parametrize("opinion", ["approved", "changes_requested"])
def test_of_a_crowd_it_names_the_first(opinion: Opinion) -> None:
    people = [Person(f"p{at}", frozenset([f"id:{at}"])) for at in range(12)]
    why = review.outcome(ANNAS, [Verdict(person, opinion) for person in people], Demands()).why
    assert why.partition(" by ")[2] == "p0, p1, p2, p3, p4, p5, p6, p7, p8, p9 and 2 more"


def test_somebody_is_ignored_by_their_full_name_too() -> None:
    quality = Person("u123", frozenset(["id:123"]), name="Quality Bot")
    verdict = Verdict(quality, "approved")
    assert not review.counts(verdict, ANNAS, Demands(1, ("quality *",)))
    assert review.counts(verdict, ANNAS, Demands(1, ("quality",)))


@pytest.mark.parametrize(
    ("word", "counting"),
    [
        pytest.param(
            "any", ["member", "collaborator", "contributor", "none", None], id="everybody, where that is wished"
        ),
        pytest.param("contributor", ["member", "collaborator", "contributor", None], id="who has contributed before"),
        pytest.param(None, ["member", "collaborator", None], id="by default who can write"),
        pytest.param("member", ["member", None], id="the owner's own people"),
    ],
)
def test_how_close_to_the_repository_a_person_must_be(word: str | None, counting: list[Association | None]) -> None:
    policy = policies.read([("review.association", word)] if word else [])
    asked = review.demands(policy, "acme/app")
    everybody: list[Association | None] = ["member", "collaborator", "contributor", "none", None]
    for opinion in ("approved", "changes_requested"):
        told = [Verdict(PEOPLE["bert"], opinion, association=one) for one in everybody]
        assert [one.association for one in told if review.counts(one, ANNAS, asked)] == counting


def test_it_says_that_a_stranger_does_not_count() -> None:
    stranger = Verdict(PEOPLE["bert"], "approved", association="none")
    why = review.outcome(ANNAS, [stranger], Demands()).why
    assert why == "0 of 1 approvals; bert (`review.association`: no collaborator) does not count"


def test_many_verdicts_are_judged_in_linear_time() -> None:
    def take(number: int) -> None:
        people = [Person(f"p{at}", frozenset([f"id:{at}", f"login:p{at}"])) for at in range(number)]
        told = [Verdict(person, "approved") for person in people] + [Verdict(person, "withdrawn") for person in people]
        assert review.standing(told) == []

    assert_linear(take, 4_000)


def test_a_policy_is_narrowed_to_a_repository() -> None:
    entries: list[tuple[str, str | None]] = [
        ("review.approvals", "1"),
        ("review.ignore", "ci-*"),
        ("review.ACME/*.approvals", "3"),
        ("review.acme/app.approvals", "2"),
        ("review.acme/app.ignore", "dora"),
        ("status.accepted", "Ready"),
    ]
    policy = policies.read(entries)
    assert review.demands(policy, "other/app") == Demands(1, ("ci-*",))
    assert review.demands(policy, "acme/web") == Demands(3, ("ci-*",))
    assert review.demands(policy, "Acme/App") == Demands(2, ("ci-*", "dora"))
    assert review.demands(policies.DEFAULTS, "acme/app") == Demands()


def event(minute: int, word: Word, **told: object) -> PullRequestEvent:
    at = START + timedelta(minutes=minute)
    return PullRequestEvent(f"id-{minute}", word, ANNAS, PEOPLE["bert"], at, **told)  # type: ignore[arg-type]


def opinions(events: list[PullRequestEvent]) -> dict[str, str]:
    known: list[review.Testimony] = []
    for told in events:
        said = review.testimony(told)
        known = review.with_testimony(known, said) if said else known
    return {one.person.login: one.opinion for one in review.remembered(known)}


def test_events_are_remembered_one_after_another() -> None:
    bert, carl = verdicts("bert+ carl-")
    told = [event(0, "opened"), event(1, "approved", verdict=bert), event(2, "changes_requested", verdict=carl)]
    assert opinions(told) == {"bert": "approved", "carl": "changes_requested"}
    assert opinions([*told, event(3, "unapproved", drops_approvals=True)]) == {"carl": "changes_requested"}


def test_what_a_delivery_says_of_everybody_replaces_what_was_remembered() -> None:
    bert, carl = verdicts("bert+ carl+")
    before = event(1, "approved", verdict=bert)
    assert opinions([before, event(2, "updated", known=(carl,))]) == {"bert": "approved", "carl": "approved"}
    assert opinions([before, event(2, "updated", known=(carl,), is_complete=True)]) == {"carl": "approved"}
    assert opinions([before, event(2, "updated", is_complete=True)]) == {}


def test_an_event_without_a_time_is_as_new_as_what_came_before() -> None:
    first, second = verdicts("bert+ bert-")
    untimed = replace(event(0, "changes_requested", verdict=replace(second, moment=None)), moment=None)
    assert opinions([event(5, "approved", verdict=first), untimed]) == {"bert": "changes_requested"}
    assert opinions([untimed, event(5, "approved", verdict=first)]) == {"bert": "approved"}


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.sets(st.sampled_from("abcd"), min_size=1, max_size=3), st.sampled_from(sorted(OPINIONS))),
                max_size=3,
            ),
            st.sampled_from(["", "", "everybody", "drops"]),
        ),
        max_size=6,
    ),
    st.data(),
)
def test_what_is_left_out_would_change_nothing_whatever_comes_later(
    told: list[tuple[list[tuple[set[str], str]], str]], data: st.DataObject
) -> None:
    """People who are known by several ids, of which a delivery tells some, included."""

    def read(at: int) -> review.Testimony:
        given, what = told[at]
        made = tuple([Verdict(Person("x", frozenset(ids)), OPINIONS[sign]) for ids, sign in given])
        return review.Testimony(START + timedelta(minutes=at), made, what == "everybody", what == "drops")

    late = data.draw(st.sets(st.sampled_from(range(len(told))), max_size=3)) if told else set()
    known = [read(at) for at in range(len(told)) if at not in late]
    more = [read(at) for at in sorted(late)]

    def standing(testimonies: list[review.Testimony]) -> list[Verdict]:
        return review.remembered(sorted(testimonies, key=lambda one: one.moment or START))

    assert standing(review._newest(known) + more) == standing(known + more)


stories = st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(sorted(OPINIONS))), max_size=8).map(
    lambda words: verdicts(" ".join([name + sign for name, sign in words]))
)


@given(stories, st.data(), st.integers(1, 3))
def test_the_order_in_which_they_arrive_does_not_matter(told: list[Verdict], data: st.DataObject, wanted: int) -> None:
    shuffled = data.draw(st.permutations(told))
    assert review.outcome(ANNAS, told, Demands(wanted)) == review.outcome(ANNAS, shuffled, Demands(wanted))
    events = [
        replace(event(0, "approved", verdict=one), moment=one.moment, delivery=str(at)) for at, one in enumerate(told)
    ]
    again = data.draw(st.permutations(events))
    assert {one.person.login: one.opinion for one in review.standing(told)} == opinions(events) == opinions(again)


@given(stories, st.integers(1, 3))
def test_a_last_rejection_rejects_whatever_came_before(told: list[Verdict], wanted: int) -> None:
    last = Verdict(PEOPLE["dora"], "changes_requested", START + timedelta(days=1))
    assert review.outcome(ANNAS, [*told, last], Demands(wanted)).state == "rejected"


@given(stories, st.integers(1, 3))
def test_who_does_not_count_changes_nothing(told: list[Verdict], wanted: int) -> None:
    demands = Demands(wanted, ("q-lint", "ci-*"))
    without = [one for one in told if one.person.login in ("bert", "carl", "dora")]
    found, wanted_ = (review.outcome(ANNAS, given, demands) for given in (told, without))
    assert (found.state, found.why.partition(";")[0]) == (wanted_.state, wanted_.why)  # it may say who did not count


@given(stories, st.integers(1, 3))
def test_more_approvals_are_never_easier_to_reach(told: list[Verdict], wanted: int) -> None:
    if review.outcome(ANNAS, told, Demands(wanted + 1)).state == "accepted":
        assert review.outcome(ANNAS, told, Demands(wanted)).state == "accepted"


@given(stories)
def test_one_verdict_of_each_person_stands(told: list[Verdict]) -> None:
    standing = review.standing(told)
    assert len({one.person.login for one in standing}) == len(standing)
    assert {one.opinion for one in standing} <= {"approved", "changes_requested"}
