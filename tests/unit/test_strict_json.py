"""JSON is read strictly wherever it comes from."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strict_json import NotJsonNumber, RepeatedName, load_strict, strict_decoder

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@pytest.mark.slow
@given(values)
def test_what_json_can_say_comes_back(value: object) -> None:
    text = json.dumps(value)
    assert load_strict(text) == load_strict(text.encode()) == strict_decoder().decode(text) == value


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "a": 2}}]'])
def test_a_name_twice_is_refused_at_every_depth(text: str) -> None:
    for load in (load_strict, strict_decoder().decode):
        with pytest.raises(RepeatedName) as refused:
            load(text)
        assert refused.value.name == "a"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1.5e400"])
def test_what_is_no_json_number_is_refused_unless_it_is_checked_later(word: str) -> None:
    with pytest.raises(NotJsonNumber, match=word):
        load_strict(f"[{word}]")
    with pytest.raises(NotJsonNumber, match=word):
        strict_decoder().decode(f"[{word}]")
    (found,) = load_strict(f"[{word}]", takes_nan=True)
    assert not math.isfinite(found)
