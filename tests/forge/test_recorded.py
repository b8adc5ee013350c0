"""Deliveries that others recorded, where the folder GITLINK_RECORDED holds them; they are no part of this project."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.forge import delivery
from gitlink.forge.model import Forge, Ignored, PullRequestEvent
from gitlink.forge.signature import is_authentic
from tests.forge.samples import EVENT_HEADERS

FOLDER = Path(os.environ.get("GITLINK_RECORDED") or "nowhere")
FORGES: dict[str, Forge] = {
    "bitbucket_cloud": "bitbucket",
    "bitbucket_dc": "bitbucket-dc",
    "github": "github",
    "gitlab": "gitlab",
    "gitea": "gitea",
}


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the folder."""
    if not (FOLDER / name).is_file():
        return []
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


DELIVERIES = table("MANIFEST.tsv")
SIGNATURES = table("SIGNATURES.tsv")


@pytest.mark.skipif(not DELIVERIES, reason="GITLINK_RECORDED names no folder of recorded deliveries")
@pytest.mark.parametrize("row", DELIVERIES, ids=[row["file"] for row in DELIVERIES])
def test_a_recorded_delivery_is_understood(row: dict[str, str]) -> None:
    forge = FORGES[row["forge"]]
    body = (FOLDER / row["file"]).read_bytes()
    read = delivery.parse(forge, {EVENT_HEADERS[forge]: row["event_header"]}, body)
    if row["kind"] in ("ping", "other"):
        assert isinstance(read, Ignored)
        return
    assert isinstance(read, PullRequestEvent)
    found = read.pull_request
    told = {
        "kind": read.event,
        "number": str(found.number),
        "source_branch": found.source_branch or "",
        "title": found.title,
        "repo": found.repository,
        "actor": read.actor.login if read.actor else "",
    }
    assert told == {name: row[name] for name in told}
    assert (read.verdict is not None) == (row["kind"] in ("approved", "unapproved", "changes_requested"))


def signed(row: dict[str, str]) -> tuple[Forge, dict[str, str], bytes, list[str]]:
    """Return what belongs to a row of signatures."""
    others = [pair.partition(": ") for pair in row["other_headers"].split("; ") if pair]
    headers = {name.lower(): value for name, _, value in [(row["header"], "", row["value"]), *others]}
    body = (FOLDER / row["file"]).read_bytes() if row["file"] else row["text"].encode()
    return FORGES[row["forge"]], headers, body, [row["secret"]]


@pytest.mark.skipif(not SIGNATURES, reason="GITLINK_RECORDED names no folder of recorded deliveries")
@pytest.mark.parametrize("row", SIGNATURES, ids=[f"{row['forge']} {row['value'][:20]}" for row in SIGNATURES])
@given(data=st.data())
def test_a_recorded_signature_holds_and_one_changed_byte_fails(row: dict[str, str], data: st.DataObject) -> None:
    forge, headers, body, secrets = signed(row)
    assert is_authentic(forge, headers, body, secrets) is (row["valid"] == "yes")
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    assert not is_authentic(forge, headers, changed, secrets)
