"""What strangers write is worked on in linear time: twice as much of it takes about twice as long, in every shape."""

import time
from collections.abc import Callable

import pytest

from gitlink.core import keys, message, refs, rules, text, wording
from gitlink.core.policy import read
from gitlink.errors import PolicyError
from tests.linear import assert_linear

POLICY = read([("gitlink.queue", "TEST"), ("commit.require", "any")])
BRANCH = read([("gitlink.queue", "TEST"), ("commit.require", "branch")])
SHAPES: dict[str, Callable[[int], str]] = {
    "keys": lambda size: " ".join([f"TEST-{number}" for number in range(1, size // 10)]),
    "foreign keys": lambda size: " ".join([f"WEB-{number}" for number in range(1, size // 10)]),
    "one key again and again": lambda size: "TEST-1," * (size // 7),
    "hyphens": lambda size: "-" * size,
    "a run of capitals": lambda size: "A" * size + "-1",
    "capitals and hyphens": lambda size: "A-" * (size // 2),
    "keys that touch": lambda size: "A-1" * (size // 3),
    "digits": lambda size: "TEST-" + "1" * size,
    "lower case": lambda size: "test-1 " * (size // 7),
    "letters that look Latin": lambda size: "\u0422EST-1 " * (size // 7),
    "combining marks": lambda size: "a" + "\u0316\u0301" * (size // 2),
    "words": lambda size: "a " * (size // 2),
    "empty lines": lambda size: "\n" * size,
    "lines": lambda size: "x\n" * (size // 2),
    "lines of white space": lambda size: " \t\n" * (size // 3),
    "paragraphs": lambda size: "x\n\n" * (size // 3),
    "comments": lambda size: "#\n" * (size // 2),
    "trailers": lambda size: "x\n\n" + "Gitlink-Skip: x\n" * (size // 16),
    "a trailer's continuation lines": lambda size: "x\n\nGitlink-Skip: x\n" + " x\n" * (size // 3),
    "a trailer without a reason": lambda size: "x\n\nGitlink-Skip:\n" + " \n" * (size // 2) + "a: b\n",
    "prefixes": lambda size: "fixup! " * (size // 7),
    "a scope that is never closed": lambda size: "feat(" + "(" * size,
    "control characters": lambda size: "\x1b\u202e'\\" * (size // 4),
    "surrogates": lambda size: "\udc80" * size,
}
WORKERS: dict[str, Callable[[str], object]] = {
    "find": keys.find,
    "find in a branch": lambda given: keys.find(given, {"TEST"}, any_case=True),
    "foreign": lambda given: keys.foreign(given, {"TEST"}),
    "names_any": lambda given: keys.names_any(given, {"OTHER"}),
    "is_named": lambda given: keys.is_named(given, "TEST-1"),
    "parse": keys.parse,
    "near_miss": lambda given: keys.near_miss(given, {"OTHER"}),
    "subject": message.subject,
    "is_autosquash": message.is_autosquash,
    "is_revert": message.is_revert,
    "comment_prefix": lambda given: message.comment_prefix(given, "auto"),
    "kept": lambda given: message.kept(given, cleanup="strip", comment="#", edited=True),
    "has_status_block": lambda given: message.has_status_block(given, "#"),
    "skip_reason": lambda given: message.skip_reason(f"Gitlink-Skip:\n{given}"),
    "trailers": message.trailers,
    "with_prefix": lambda given: message.with_prefix(given, "TEST-1", comment="#"),
    "with_trailer": lambda given: message.with_trailer(given, "Issue", "TEST-1", comment="#"),
    "slug": refs.slug,
    "branch_name": lambda given: refs.branch_name("{key}-{slug}", "TEST-1", given),
    "a glob of stars": lambda given: refs.glob_matches("*a*-*1*?" * 100 + "b", given),
    "a glob of classes": lambda given: refs.glob_matches("*" + "[!a-c]" * 100 + "\u0001", given),
    "parse_push_lines": lambda given: refs.parse_push_lines(f"{given.replace(chr(10), ' ')} a b c\n"),
    "printable": text.printable,
    "shorten": text.shorten,
    "shell_quote": text.shell_quote,
    "nearest": lambda given: text.nearest(given, ("gitlink.queue", given), however_far=True),
    "without_secrets": lambda given: text.without_secrets(f"https://{given}"),
    "a commit refused, in words": lambda given: refused(rules.Commit("0" * 40, 1, given), None),
    "a commit of a branch with many keys": lambda given: list(
        rules.check_commits([rules.Commit("0" * 40, 1, given)], f"TEST-9-{given}", BRANCH, [])
    ),
    "a branch refused, in words": lambda given: refused(None, given),
    "a pull request": lambda given: list(
        rules.check_pull_request(rules.PullRequestText(given, given), f"TEST-9-{given}", POLICY)
    ),
}


def refused(commit: rules.Commit | None, branch: str | None) -> str:
    if commit is not None:
        held = list(rules.check_commits([commit], "TEST-1-x", BRANCH, []))
    else:
        held = list(rules.check_branch(branch or "", read([("gitlink.queue", "OTHER")]), lambda _, __: True))
    scenes = {at: wording.Scene(remote="origin") for at in range(len(held))}
    return wording.refusal(held, BRANCH, scenes, "git push")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("worker", WORKERS)
def test_twice_as_much_takes_about_twice_as_long(worker: str, shape: str) -> None:
    given = {size: SHAPES[shape](size) for size in (12_000, 24_000)}
    assert_linear(lambda size: WORKERS[worker](given[size]), 12_000)


def test_a_message_names_the_first_few_of_many_keys() -> None:
    words = refused(rules.Commit("0" * 40, 1, "".join([f"TEST-{number} " for number in range(2, 30_000)])), None)
    assert "TEST-11 and 29988 more" in words
    assert len(words) < 1500


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param([("x" * 100_000 + ".y", "1")], "a key of more than 1,000 characters", id="an unknown key"),
        pytest.param([(f"status.{'x' * 1000}.merged", "1")], "a key of more than 1,000", id="a subsection"),
        pytest.param([("branch.pattern", "x" * 1001)], "its value has more than 1,000 characters", id="a value"),
        pytest.param([("branch.exempt", "x")] * 1001, "has more than 1,000 entries", id="entries"),
    ],
)
def test_a_policy_has_limits(entries: list[tuple[str, str | None]], said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(entries)
    assert said in caught.value.message
    assert len(caught.value.message) < 200
    assert caught.value.fix == "git config -f .gitlink --edit"


def test_a_policy_may_go_to_its_limits() -> None:
    policy = read([("branch.exempt", "*a" * 500)] * 1000)
    start = time.process_time()
    assert not refs.is_exempt("ab" * 120, policy.branch_exempt)
    assert time.process_time() - start < 30
