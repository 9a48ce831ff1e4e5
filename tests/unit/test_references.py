"""Look-up references: random, and tolerant of typing errors."""

import math
import string

import pytest

from core.clock import system_clock
from core.identifiers import (
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    new_id,
    new_reference,
    normalise_reference,
)

REFERENCE = "ABCDEF-0123456-789GHJK-MNPQRS"


def test_reference_carries_at_least_128_random_bits() -> None:
    assert len(set(REFERENCE_ALPHABET)) == len(REFERENCE_ALPHABET)
    assert REFERENCE_LENGTH * math.log2(len(REFERENCE_ALPHABET)) >= 128


def test_new_reference_draws_every_letter_from_the_alphabet() -> None:
    drawn = [new_reference() for _ in range(1_000)]
    letters = [reference.replace("-", "") for reference in drawn]
    assert {len(text) for text in letters} == {REFERENCE_LENGTH}
    assert len(set(drawn)) == len(drawn)
    # 1,000 draws a place: by chance alone this fails once in 10**10 runs.
    for place in range(REFERENCE_LENGTH):
        assert {text[place] for text in letters} == set(REFERENCE_ALPHABET), place


def test_letters_people_misread_are_not_in_the_alphabet() -> None:
    assert set(string.ascii_uppercase + string.digits) - set(REFERENCE_ALPHABET) == set("ILOU")


def test_stored_form_is_kept_as_it_is() -> None:
    reference = new_reference()
    assert normalise_reference(reference) == reference


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (REFERENCE.lower(), "small letters"),
        (REFERENCE.replace("-", ""), "no hyphens"),
        (REFERENCE.replace("-", " "), "blanks for hyphens"),
        (f"  {REFERENCE}\n", "pasted with a line end"),
        (REFERENCE.replace("-", "–"), "hyphens a word processor made longer"),
        (REFERENCE.replace("0", "O").replace("1", "I"), "O for 0, I for 1"),
        (REFERENCE.replace("0", "o").replace("1", "l"), "o for 0, l for 1"),
        ("-".join(REFERENCE.replace("-", "")), "a hyphen after each letter"),
    ],
)
def test_slips_of_the_hand_are_forgiven(typed: str, why: str) -> None:
    assert normalise_reference(typed) == REFERENCE, why


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "nothing"),
        (REFERENCE[:-1], "a letter short"),
        (REFERENCE + "A", "a letter too many"),
        (REFERENCE.replace("A", "U"), "U is no letter of it"),
        (REFERENCE.replace("A", "Ä"), "no ASCII"),
        (REFERENCE.replace("0", "٠"), "a digit of another script"),
        (REFERENCE.replace("A", "%"), "a wildcard"),
        (REFERENCE + "' OR 1=1 --", "an injection"),
        ("A" * 1_000_000, "a flood"),
        ("-" * 500 + REFERENCE, "a reference after too much else"),
    ],
)
def test_what_cannot_be_a_reference_is_none(typed: str, why: str) -> None:
    assert normalise_reference(typed) is None, why


def test_ids_differ_and_times_are_aware_utc() -> None:
    assert len({new_id() for _ in range(100)}) == 100
    clock = system_clock()
    offset = clock.now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
    assert clock.monotonic() <= clock.monotonic()
