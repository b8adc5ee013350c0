"""What strangers may write: texts made of the pieces that matter, also very often repeated; JSON grafted with junk."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.forge import samples
from tests.forge.samples import Delivery

MOST = 1 << 16  # characters of one text

_PIECES = (
    *("TEST-1", "TEST-12", "test-1", "A-1", "UTF-8", "TEST-01", "TEST-1.5", "ТEST-1", "TEST–1", "AAAAAAAAAAAAAAAA-1"),
    *("fixes ", "closes: ", "related to ", "см. ", "закрывает ", "#", "(", ")", "[", "]", ",", ".", "-", "_", "/", ":"),
    *("\n", "\r\n", "\n\n", "\t", " ", "\0", "\x1b[2J", "\u202e", "\u200b", "\ud800", "ß", "é", "e\u0301", "😀"),
    *("Gitlink-Skip: why", "Signed-off-by: a <a@b>", "Issue: ", "fixup! ", 'Revert "', "feat(x)!: ", ": ", "\n "),
    *("# ", "# ------------------------ >8 ------------------------", ";", "*", "?", "[!a-z]", "\\", "**", "[a-"),
    *("refs/heads/", "refs/tags/", "HEAD", "0" * 40, "a" * 40, "%41", "+", "&", "=", "'", '"', "$(x)", "`x`", ";"),
    *("<", ">", "&amp;", "{key}", "{slug}", "true", "1h30m", "9999-12-31T23:59:59Z", "..", "../", "~"),
)

pieces = st.sampled_from(_PIECES) | st.text(max_size=4)
short_texts = st.lists(pieces, max_size=12).map("".join)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text, often a part of it repeated a thousand times: what is not linear shows there."""
    head, tail = draw(short_texts), draw(short_texts)
    unit, times = draw(short_texts), draw(st.sampled_from([0, 1, 2, 50, 1000, 20_000]))
    return (head + unit * times + tail)[:MOST]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | short_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(short_texts, inner, max_size=3),
    max_leaves=6,
)


def grafted(draw: st.DrawFn, top: Any) -> Any:
    """Return *top* with some of its values replaced, taken away or repeated."""
    top = copy.deepcopy(top)
    for _ in range(draw(st.integers(0, 4))):
        _graft(draw, top)
    return top


def _graft(draw: st.DrawFn, top: Any) -> None:
    place = top
    while True:
        names = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not names:
            return
        name = draw(st.sampled_from(names))
        inner = place[name]
        if isinstance(inner, dict | list) and draw(st.booleans()):
            place = inner
            continue
        what = draw(st.sampled_from(["value", "text", "away", "often"]))
        if what == "away":
            del place[name]
        elif what == "often":
            place[name] = [inner] * draw(st.sampled_from([0, 2, 300]))
        else:
            place[name] = draw(json_values if what == "value" else texts())
        return


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[str, Delivery]:
    """A delivery of some forge: as it should be, grafted, cut, or with another forge's headers."""
    forge, (headers, body) = draw(st.sampled_from(samples.all_of_them()))
    how = draw(st.sampled_from(["grafted", "grafted", "grafted", "bytes", "form"]))
    headers = dict(headers)
    if how == "grafted":
        body = json.dumps(grafted(draw, json.loads(body))).encode("utf-8", "surrogatepass")
    elif how == "bytes":
        body = body[: draw(st.integers(0, len(body)))] + draw(st.binary(max_size=20))
    else:
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = b"payload=" + draw(texts()).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 4)) == 0:
        headers[draw(st.sampled_from(sorted(headers)))] = draw(short_texts)
    return forge, (headers, body)
