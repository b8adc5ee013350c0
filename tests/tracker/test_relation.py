"""Relations between issues: what people write, and the API's wording."""

import pytest

from gitlink.errors import UsageFault
from gitlink.goals.once import LINK_TYPES
from gitlink.tracker.relation import RELATIONS, relation, words
from gitlink.tracker.route import fold


def test_the_table_has_the_words_of_the_api_and_each_spelling_once() -> None:
    assert set(RELATIONS) == set(LINK_TYPES)
    spellings = [fold(word) for both in RELATIONS.items() for word in (both[0], *both[1])]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("word", [*words(), *RELATIONS])
def test_what_is_offered_is_understood(word: str) -> None:
    assert relation(word, "TEST-2") in RELATIONS


@pytest.mark.parametrize(("word", "near"), [("dependson ", None), ("blokcs", "blocks"), ("qqqqqqqqqqq", "relates")])
def test_an_unknown_relation_names_the_nearest(word: str, near: str | None) -> None:
    if near is None:
        assert relation(word, "TEST-2") == "depends on"
        return
    with pytest.raises(UsageFault) as caught:
        relation(word, "TEST-2")
    assert caught.value.fix == f"gitlink link TEST-2 --as {near}"
