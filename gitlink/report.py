"""Findings of a check in the formats that people and forges read; pure, and without an opinion on what is a finding.

What strangers wrote (branch names, subjects, titles) is in every field, so each format makes it harmless in its own
way: one printable line in text, escapes in JSON, and in GitHub's workflow commands nothing that starts another one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gitlink import __version__
from gitlink.core.catalogue import RULES
from gitlink.core.policy import POLICY_FILE
from gitlink.core.text import printable

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation, told: the parts of a message, and what it was found in; `commit` is a full oid.

    `message` stands alone; `fix` can be pasted, and only `fix` and `why` may have several lines. `why` may end in the
    rule's name in brackets, as a hook words it; where it does not, the text does it.
    """

    rule: str
    where: str
    message: str
    fix: str
    why: str
    branch: str | None = None
    commit: str | None = None
    pull_request: int | None = None
    file: str | None = None


def render(findings: Sequence[Finding], format: str) -> str:
    """Return all *findings* in *format*, one of FORMATS, each line ended; raises KeyError for another one."""
    return _RENDERERS[format](findings)


def _text(findings: Sequence[Finding]) -> str:
    return "\n".join([_block(finding) for finding in findings])


def _block(finding: Finding) -> str:
    lines = [f"gitlink: {printable(finding.message)}", *_part("where", printable(finding.where))]
    name = f"[{finding.rule}]"
    lines += _part("why", finding.why if finding.why.endswith(name) else f"{finding.why} {name}".lstrip())
    lines += _part("fix", finding.fix)
    return "".join([line + "\n" for line in lines])


def _part(name: str, text: str) -> Iterator[str]:
    """Yield the lines of one labelled part, aligned."""
    label = f"{name}:"
    for line in text.split("\n"):
        yield f"  {label:<6} {printable(line)}".rstrip()
        label = ""


def _json(findings: Sequence[Finding]) -> str:
    return _dumps({"violations": [_members(finding) for finding in findings]})


def _members(finding: Finding) -> _Json:
    members: dict[str, object] = {
        "rule": finding.rule,
        "where": finding.where,
        "message": finding.message,
        "fix": finding.fix,
        "branch": finding.branch,
        "commit": finding.commit,
        "pull_request": finding.pull_request,
        "file": finding.file,
    }
    return {name: value for name, value in members.items() if value is not None}


def _dumps(document: object) -> str:
    """Return *document* as ASCII, so that neither a terminal nor a pipe's encoding can stumble over what is in it."""
    return json.dumps(document, indent=2) + "\n"


def _github(findings: Sequence[Finding]) -> str:
    return "".join([_workflow_command(finding) + "\n" for finding in findings])


def _workflow_command(finding: Finding) -> str:
    """Return the finding as an annotation.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message;
    the escapes are those of `packages/core/src/command.ts` in github.com/actions/toolkit.
    """
    properties = {"title": f"gitlink: {finding.message}"}
    if finding.file is not None:
        properties = {"file": finding.file, **properties}
    told = ",".join([f"{name}={_escape_property(printable(value))}" for name, value in properties.items()])
    return f"::error {told}::{_escape_data(_block(finding).removesuffix(chr(10)))}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(findings: Sequence[Finding]) -> str:
    """Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""
    issues = [
        {
            "description": printable(f"{finding.message} ({finding.where})"),
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": "major",
            "location": {"path": printable(finding.file or POLICY_FILE), "lines": {"begin": 1}},
        }
        for finding, fingerprint in zip(findings, _fingerprints(findings), strict=True)
    ]
    return _dumps(issues)


def _fingerprints(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what tells each finding from all others and stays the same from run to run, however it is worded."""
    seen: dict[str, int] = {}
    for finding in findings:
        identity = json.dumps([finding.rule, finding.branch, finding.commit, finding.pull_request, finding.file])
        seen[identity] = seen.get(identity, 0) + 1
        yield hashlib.sha256(f"{identity}{seen[identity]}".encode()).hexdigest()


def _sarif(findings: Sequence[Finding]) -> str:
    """Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, sections 3.13 to 3.27 and 3.49."""
    ids = list(dict.fromkeys([*RULES, *(finding.rule for finding in findings)]))
    driver = {"name": "gitlink", "version": __version__, "rules": [_sarif_rule(rule) for rule in ids]}
    results = [
        _sarif_result(finding, ids.index(finding.rule), fingerprint)
        for finding, fingerprint in zip(findings, _fingerprints(findings), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(rule: str) -> _Json:
    short, long = RULES.get(rule, (rule, rule))
    return {
        "id": rule,
        "shortDescription": {"text": short},
        "fullDescription": {"text": long},
        "help": {"text": f"gitlink explain {rule}"},
        "defaultConfiguration": {"level": "error"},
    }


def _sarif_result(finding: Finding, rule_index: int, fingerprint: str) -> _Json:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": "error",
        "message": {"text": _block(finding).removeprefix("gitlink: ").rstrip("\n")},
        "locations": [_sarif_location(finding)],
        "partialFingerprints": {"gitlinkFinding/v1": fingerprint},
    }


def _sarif_location(finding: Finding) -> _Json:
    """GitHub shows no result without a physical location, so a branch or a commit is placed in the policy that asks."""
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.file or POLICY_FILE)},
            "region": {"startLine": 1},
        }
    }
    logical = [
        {"fullyQualifiedName": printable(str(name)), "kind": kind}
        for kind, name in (
            ("branch", finding.branch),
            ("commit", finding.commit),
            ("pull request", finding.pull_request),
        )
        if name is not None
    ]
    return {**location, "logicalLocations": logical} if logical else location


def _uri(path: str) -> str:
    """Return *path* percent-encoded: foreign bytes as they were, and any other surrogate as it can only be written."""
    try:
        return quote(path, errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(path, errors="surrogatepass")


_RENDERERS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "gitlab": _gitlab,
    "sarif": _sarif,
}
FORMATS = tuple(_RENDERERS)
