"""Which texts are alike: folding, shingles, signatures, and how many planted edits are found."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.alike import (
    ALIKE,
    BANDS,
    are_alike,
    compare,
    fold,
    likeness,
    shingles_of,
    signature_of,
)
from core.moderation.policies import Action
from core.store.near_views import DecidedText
from tests.planted_edits import EDITS, Edit, made_up_text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TEXT = "You idiot, read the whole article before you write about it."
TEXT_KEY = 7439106593808340083
TEXT_BANDS = (
    -4619413181294043658,
    -3151376061096994361,
    -8321871489101333748,
    1138145706182531782,
    -1372189538730500515,
    -1140164719098816248,
    6075337834174524107,
    -6842929746939540025,
)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Read it FIRST!!", "read it, first"),
        ("two\n\nlines", "Two lines."),
        ("\uff26ull width", "full width"),
        ("Stra\u00dfe", "STRASSE"),
        ("no\u00a0break", "no break"),
    ],
)
def test_case_punctuation_and_spaces_make_no_difference(text: str, same: str) -> None:
    assert fold(text) == fold(same)
    assert signature_of(text) == signature_of(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("yes", "no"),
        ("1", "2"),
        ("\U0001f44d", "\U0001f44e"),
        ("!!!", "???"),
        ("cafe", "caf\u00e9"),
        ("I like it", "I hate it"),
    ],
)
def test_short_texts_are_alike_only_if_they_are_the_same(text: str, other: str) -> None:
    signature = signature_of(text)
    assert signature.bands == ()
    assert signature.text_key == signature_of(text).text_key
    assert signature.text_key != signature_of(other).text_key
    assert likeness(shingles_of(text), shingles_of(text)) == 0.0


def test_stored_signatures_stay_what_they_are() -> None:
    """They are in every state: another result needs a migration that reads all texts again."""
    signature = signature_of(TEXT)
    assert signature.text_key == TEXT_KEY
    assert signature.bands == TEXT_BANDS
    assert signature.size == len(shingles_of(TEXT))


def test_each_planted_edit_is_as_like_as_the_shingles_say() -> None:
    shingles = shingles_of(TEXT)
    assert likeness(shingles, shingles_of(TEXT)) == 1.0
    assert likeness(shingles, shingles_of(TEXT + " Please!")) > ALIKE
    assert likeness(shingles, shingles_of(TEXT.replace("article", "paper"))) < ALIKE
    assert likeness(shingles, shingles_of("What a lovely morning it was in the hills.")) < 0.1


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_texts_alike_after_an_edit_have_a_band_in_common(edit: Edit) -> None:
    """With a fixed seed, so the count is always the same; expected are 99.5 % or more."""
    chance = random.Random(20261127)
    alike = found = 0
    while alike < 200:
        text = made_up_text(chance)
        edited = edit(text, chance)
        if likeness(shingles_of(text), shingles_of(edited)) < ALIKE:
            continue
        alike += 1
        one, other = signature_of(text), signature_of(edited)
        found += one.text_key == other.text_key or bool(set(one.bands) & set(other.bands))
    assert found >= 198


def test_unrelated_texts_seldom_have_a_band_in_common() -> None:
    chance = random.Random(20261127)
    signatures = [set(signature_of(made_up_text(chance)).bands) for _ in range(300)]
    pairs = [(a, b) for a in range(300) for b in range(a)]
    assert sum(bool(signatures[a] & signatures[b]) for a, b in pairs) < len(pairs) / 100


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_has_a_signature_and_is_like_itself(text: str) -> None:
    signature = signature_of(text)
    assert len(signature.bands) in (0, BANDS)
    assert all(-(2**63) <= key < 2**63 for key in (signature.text_key, *signature.bands))
    assert signature == signature_of(f"  {text}\n")
    shingles = shingles_of(text)
    assert likeness(shingles, shingles) == (1.0 if shingles else 0.0)


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_whatever_the_order(text: str, other: str) -> None:
    one, two = shingles_of(text), shingles_of(other)
    assert 0.0 <= likeness(one, two) == likeness(two, one) <= 1.0


def decided(text: str) -> DecidedText:
    return DecidedText("r1", text, Action.APPROVE, None, "mina", NOW)


def test_comparing_puts_the_most_alike_first_and_leaves_out_the_others() -> None:
    others = [decided(f"{TEXT} Please, do."), decided("Nothing of it."), decided(f"{TEXT} Do.")]
    found, is_whole = compare(TEXT, others, least=ALIKE)
    assert [known for known, _ in found] == [others[2], others[0]]
    assert is_whole


def test_comparing_ends_after_so_many_characters() -> None:
    long = decided("word " * 50_000)
    found, is_whole = compare(TEXT, [decided(TEXT), long, long, decided(TEXT)], least=ALIKE)
    assert len(found) == 1
    assert not is_whole


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("Buy cheap watches", "buy cheap watches!", True),
        ("Buy cheap watches at our shop in town", "Buy cheap watches at our shop in towns", True),
        ("Buy cheap watches at our shop in town", "The weather was fine all day", False),
        ("Yes", "No", False),
        ("", "", True),
    ],
)
def test_what_says_nearly_the_same_is_alike(text: str, other: str, expected: bool) -> None:
    assert are_alike(text, other) is expected
    assert are_alike(other, text) is expected
