"""The policy file's keys, types and defaults."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitlink.core import policy
from gitlink.errors import PolicyError

Entries = list[tuple[str, str | None]]


def refused(entries: Entries) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        policy.read(entries)
    return caught.value


def test_without_a_file_the_defaults_hold() -> None:
    defaults = policy.DEFAULTS
    assert defaults.source == "gitlink's default policy"
    assert defaults.entries == []
    assert defaults.queues == frozenset()
    assert defaults.branch_require is True
    assert defaults.branch_exempt == (
        *("main", "master", "trunk", "develop", "gh-pages", "release/*", "dependabot/*", "renovate/*"),
    )
    assert defaults.branch_pattern is None
    assert defaults.branch_name == "{key}-{slug}"
    assert (defaults.commit_require, defaults.commit_insert, defaults.commit_since) == ("off", "off", None)
    assert (defaults.pullrequest_require, defaults.issue_verify) == ("either", "off")
    assert defaults.checkout_remind is True
    assert defaults.bench_field == "benchLink"
    assert defaults.text("status.accepted") == "Ready for test"
    assert defaults.text("status.rejected") == "Needs improvement"
    assert defaults.text("status.merged") is None


@pytest.mark.parametrize(
    ("entries", "exempt"),
    [
        pytest.param([("gitlink.queue", "TEST")], policy.DEFAULT_EXEMPT, id="not mentioned"),
        pytest.param([("branch.exempt", "main")], ("main",), id="one replaces the list"),
        pytest.param([("branch.exempt", "a"), ("branch.exempt", "b/*")], ("a", "b/*"), id="two replace the list"),
        pytest.param([("branch.exempt", "")], (), id="an empty one empties the list"),
        pytest.param([("branch.exempt", ""), ("branch.exempt", "a")], ("a",), id="an empty one adds nothing"),
    ],
)
def test_exempt_branches(entries: Entries, exempt: tuple[str, ...]) -> None:
    assert policy.read(entries).branch_exempt == exempt


def test_what_is_set_is_taken() -> None:
    read = policy.read(
        [
            ("gitlink.queue", "TEST"),
            ("gitlink.queue", "T2"),
            ("branch.require", "no"),
            ("branch.pattern", "^x"),
            ("branch.name", "f/{key}"),
            ("commit.require", "Branch"),
            ("commit.insert", "trailer"),
            ("commit.since", "v1"),
            ("pullrequest.require", "both"),
            ("issue.verify", "open"),
            ("checkout.remind", "off"),
            ("bench.field", "stand"),
            ("status.accepted", ""),
        ],
        "main:.gitlink",
    )
    assert read.queues == {"TEST", "T2"}
    assert (read.branch_require, read.branch_pattern, read.branch_name) == (False, "^x", "f/{key}")
    assert (read.commit_require, read.commit_insert, read.commit_since) == ("branch", "trailer", "v1")
    assert (read.pullrequest_require, read.issue_verify, read.checkout_remind) == ("both", "open", False)
    assert (read.bench_field, read.text("status.accepted"), read.source) == ("stand", None, "main:.gitlink")


def test_an_empty_text_is_the_default_where_one_is_needed() -> None:
    read = policy.read([("branch.name", ""), ("bench.field", "")])
    assert (read.branch_name, read.bench_field) == ("{key}-{slug}", "benchLink")


def test_the_last_of_two_values_holds() -> None:
    assert policy.read([("commit.require", "any"), ("commit.require", "off")]).commit_require == "off"


def git_bool(folder: Path, value: str) -> bool | None:
    environ = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    file = folder / "config"
    file.write_text("[branch]\n\trequire\n" if value == "\0" else f'[branch]\n\trequire = "{value}"\n')
    command = ["git", "config", "-f", str(file), "--type=bool", "branch.require"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    return {"true": True, "false": False}.get(done.stdout.strip()) if done.returncode == 0 else None


BOOLEANS = ["\0", *"true TRUE yes On false NO off 0 1 00 2 -1 +1 -0 +-1 -- - + tru y n t 1.5 0x0 ２".split(), ""]


@pytest.mark.parametrize("value", BOOLEANS, ids=lambda value: repr(value) if value != "\0" else "no value")
def test_booleans_are_those_of_git_config(tmp_path: Path, value: str) -> None:
    entries: Entries = [("branch.require", None if value == "\0" else value)]
    wanted = git_bool(tmp_path, value)
    if wanted is None or value == "0x0":  # hexadecimal and `1k` are Git's own; a policy does without them
        assert "neither true nor false" in refused(entries).message
    else:
        assert policy.read(entries).branch_require is wanted


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        pytest.param("comit.require", "commit.require", id="a section misspelled"),
        pytest.param("commit.requires", "commit.require", id="a key misspelled"),
        pytest.param("pullrequests.lookups", "pullrequest.lookup", id="section and key misspelled"),
        pytest.param("branch.x", "branch.name", id="the section is right, the key far"),
        pytest.param("queue.gitlink", "issue.verify", id="a section that is far from all"),
        pytest.param("gitlink.queues", "gitlink.queue", id="a plural"),
        pytest.param("status.acme/*.acepted", "status.accepted", id="behind a repository's glob"),
        pytest.param("branch.acme/*.require", "branch.require", id="a section that no glob narrows"),
        pytest.param("notify.team.knd", "notify.<channel>.kind", id="a channel's key misspelled"),
        pytest.param("notify.kind", "notify.<channel>.kind", id="a channel's name is missing"),
        pytest.param("notify..kind", "notify.<channel>.kind", id="a channel's name is empty"),
        pytest.param("include.path", "notify.<channel>.chat", id="Git's own way out of the file"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(key: str, nearest: str) -> None:
    fault = refused([(key, "x")])
    assert fault.message.startswith(f".gitlink: {key}: gitlink knows no such ")
    assert fault.where == f".gitlink, key `{key}`"
    assert f"`{nearest}`" in (fault.why or "")
    assert (fault.fix or "").startswith("git config -f .gitlink --unset-all ")
    assert fault.exit_code == 3


def test_an_unknown_section_is_called_one() -> None:
    assert refused([("foo.bar", "x")]).message == ".gitlink: foo.bar: gitlink knows no such section"
    assert refused([("branch.bar", "x")]).message == ".gitlink: branch.bar: gitlink knows no such key"


@pytest.mark.parametrize(
    ("key", "value", "what", "fix"),
    [
        ("commit.require", "brnch", "`brnch` is not one of its words", "git config -f .gitlink commit.require branch"),
        ("commit.require", None, "`` is not one of its words", "git config -f .gitlink commit.require off"),
        ("review.approvals", "0", "`0` is no number above 0", "git config -f .gitlink review.approvals 1"),
        ("review.approvals", "many", "`many` is no number above 0", "git config -f .gitlink review.approvals 1"),
        ("review.approvals", "٣", "`٣` is no number above 0", "git config -f .gitlink review.approvals 1"),
        ("review.approvals", None, "`` is no number above 0", "git config -f .gitlink review.approvals 1"),
        ("gitlink.queue", None, "it has no value", "git config -f .gitlink gitlink.queue VALUE"),
        ("branch.name", None, "it has no value", "git config -f .gitlink branch.name VALUE"),
        (
            "branch.name",
            "{slug}",
            "`{slug}` holds no {key}",
            "git config -f .gitlink branch.name '{key}-{slug}'",
        ),
        (
            "gitlink.queue",
            "test",
            "`test` is no queue key",
            "git config -f .gitlink --fixed-value --replace-all gitlink.queue TEST test",
        ),
        (
            "gitlink.queue",
            "TE.*T",
            "`TE.*T` is no queue key",
            "git config -f .gitlink --fixed-value --unset-all gitlink.queue 'TE.*T'",
        ),
        ("notify.team.kind", "irc", "`irc` is not one of its words", "git config -f .gitlink notify.team.kind slack"),
    ],
)
def test_a_wrong_value_is_refused_with_the_fix(key: str, value: str | None, what: str, fix: str) -> None:
    fault = refused([(key, value)])
    assert fault.message == f".gitlink: {key}: {what}"
    assert fault.fix == fix


@pytest.mark.parametrize("digits", [15, 900])
def test_numbers_of_many_digits(digits: int) -> None:
    assert "no number above 0" in refused([("review.approvals", "1" * digits)]).message
    assert policy.read([("branch.require", "1" * digits)]).branch_require is True


def test_control_characters_of_a_policy_are_not_printed() -> None:
    assert "\x1b" not in str(refused([("commit.require", "\x1b[2J")]).message)


def test_more_queues_than_anyone_has() -> None:
    letters = "ABCDEFGHIJ"
    queues = [f"{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in "AB"]
    assert "more than 1,000 entries" in refused([("gitlink.queue", queue) for queue in queues]).message


def test_subsections_are_kept_as_entries_and_do_not_change_the_whole() -> None:
    entries: Entries = [
        ("status.acme/*.accepted", "readyForTest"),
        ("review.acme/a.b.approvals", "2"),
        ("pullrequest.acme/*.require", "off"),
        ("bench.acme/*.field", "stand"),
        ("notify.team.kind", "slack"),
        ("notify.team.chat", "1"),
        ("notify.my.team.topic", "2"),
    ]
    read = policy.read(entries)
    assert read.entries == entries
    assert read.text("status.accepted") == "Ready for test"
    assert read.pullrequest_require == "either"


def test_entries_as_git_lists_them(tmp_path: Path) -> None:
    file = tmp_path / ".gitlink"
    file.write_text('[Branch]\n\tRequire\n\tpattern = "a\\nb"\n[status "Acme/*"]\n\taccepted = Готово\n', "utf-8")
    listing = subprocess.run(["git", "config", "-f", str(file), "-z", "--list"], capture_output=True, check=True).stdout
    assert policy.parse_entries(listing) == [
        ("branch.require", None),
        ("branch.pattern", "a\nb"),
        ("status.Acme/*.accepted", "Готово"),
    ]
    assert policy.parse_entries(b"") == []
    assert policy.parse_entries(b"a.b\n\xff\0") == [("a.b", "\udcff")]


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.text(max_size=20)), max_size=4))
@settings(max_examples=200)
@example([("branch.require", "+-1")])
@example([("status", "x")])
def test_whatever_a_file_says_is_read_or_refused(entries: Entries) -> None:
    fault = None
    try:
        policy.read(entries)
    except PolicyError as caught:
        fault = caught
    assert fault is None or (fault.message.isprintable() and fault.fix)


BOUND: Entries = [
    ("gitlink.queue", "TEST"),
    ("gitlink.queue", "OPS"),
    ("gitlink.acme/shop.queue", "SHOP"),
    ("gitlink.acme/shop.queue", "CART"),
    ("gitlink.acme/*-web.queue", "WEB"),
]


@pytest.mark.parametrize(
    ("repository", "queues", "withheld"),
    [
        pytest.param("other/app", {"TEST", "OPS"}, {"SHOP", "CART", "WEB"}, id="nobody's own: all but those of others"),
        pytest.param("acme/shop", {"SHOP", "CART"}, set(), id="its own, and no others"),
        pytest.param("ACME/Shop-Web", {"WEB"}, set(), id="case does not count"),
    ],
)
def test_a_repository_is_bound_to_its_queues(repository: str, queues: set[str], withheld: set[str]) -> None:
    narrowed = policy.read(BOUND).for_repository(repository)
    assert (set(narrowed.queues), set(narrowed.withheld)) == (queues, withheld)
    assert {key for key in ("SHOP-1", "TEST-1", "WEB-1") if narrowed.counts(key)} == {
        f"{queue}-1" for queue in ("SHOP", "TEST", "WEB") if queue in queues
    }


def test_of_two_bindings_the_later_wins_and_the_plain_queues_stay_for_the_others() -> None:
    found = policy.read([("gitlink.acme/*.queue", "ALL"), ("gitlink.acme/shop.queue", "SHOP")])
    assert found.for_repository("acme/shop").queues == {"SHOP"}
    assert found.for_repository("acme/app").queues == {"ALL"}
    other = found.for_repository("other/app")
    assert (other.queues, other.counts("ALL-1"), other.counts("TEST-1")) == (frozenset(), False, True)


def test_which_repositories_a_policy_names() -> None:
    assert policy.read([("status.acme/*.accepted", "x")]).names_repository("finance/private")
    found = policy.read([("webhook.acme/*.secret", "ACME"), ("gitlink.other/app.queue", "TEST")])
    assert [found.names_repository(name) for name in ("Acme/app", "other/app", "finance/private")] == [
        True,
        True,
        False,
    ]
    assert found.repository_secrets() == [("acme/*", "ACME")]


@pytest.mark.parametrize(
    ("key", "value", "fix"),
    [
        (
            "gitlink.acme/*.queue",
            "shop",
            "git config -f .gitlink --fixed-value --replace-all 'gitlink.acme/*.queue' SHOP shop",
        ),
        ("gitlink.acme/*.queu", "SHOP", "git config -f .gitlink --unset-all 'gitlink.acme/*.queu'"),
        ("webhook.secret", "NAME", "git config -f .gitlink --unset-all webhook.secret"),
        ("review.association", "owner", "git config -f .gitlink review.association any"),
    ],
)
def test_what_is_wrong_in_a_binding(key: str, value: str, fix: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy.read([(key, value)])
    assert caught.value.fix == fix
