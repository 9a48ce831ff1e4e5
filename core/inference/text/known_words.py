"""English words: those that are one token of the shipped model, and its severe ones; and letters
parted into such words."""

import json
from functools import cache, lru_cache
from importlib.resources import files
from math import log

_MODEL = "models/minilm-toxicity"
_SHORT_WORDS = frozenset(
    ("a", "i", "am", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is")
) | frozenset(("it", "me", "my", "no", "of", "oh", "on", "or", "so", "to", "up", "us", "we"))
"""Those of one or two letters; nearly all other tokens of that length are names of signs."""
_LONGEST_WORD, _LONGEST_ROW = 20, 200
_OF_PEOPLE = frozenset(
    ("he", "her", "him", "me", "my", "she", "them", "they", "us", "we", "you", "your", "yourself")
)
_FIRST_OF_PEOPLE, _LATER_OF_PEOPLE = _OF_PEOPLE | {"i"}, _OF_PEOPLE | {"the"}
"""A phrase without one is nearly always the name of a product or firm."""
_LEAST_LETTERS, _LEAST_MEAN = 8, 3
# A word that is not known costs more than nearly every row of known words with as many letters.
_UNKNOWN, _UNKNOWN_LETTER = 10.0, 3.0


def is_known(word: str) -> bool:
    """Whether it is a word, in small letters."""
    return word in _costs()


def split_words(letters: str) -> list[str]:
    """The likeliest words that make up the letters, by how common each is. Letters between known
    words are words too; a row longer than 200 letters is left as it is."""
    row = letters.lower()
    if len(row) > _LONGEST_ROW:
        return [letters]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(row) + 1):
        starts = range(max(0, end - _LONGEST_WORD), end)
        best.append(min((best[at][0] + _cost(row[at:end]), at) for at in starts))
    found, end = [], len(row)
    while end:
        start = best[end][1]
        found.append(letters[start:end])
        end = start
    return found[::-1]


@lru_cache(maxsize=10_000)
def run_together(letters: str) -> tuple[str, ...]:
    """The words of a phrase about people that is written without gaps; none where it is a name, or
    not made of known words."""
    if len(letters) < _LEAST_LETTERS or is_known(letters.lower()):
        return ()
    words = split_words(letters)
    first, *later = (word.lower() for word in words)
    is_of_people = first in _FIRST_OF_PEOPLE or not _LATER_OF_PEOPLE.isdisjoint(later)
    is_phrase = len(letters) >= _LEAST_MEAN * len(words) and all(map(is_known, (first, *later)))
    return tuple(words) if is_of_people and is_phrase else ()


def _cost(word: str) -> float:
    known = _costs().get(word)
    return _UNKNOWN + _UNKNOWN_LETTER * len(word) if known is None else known


@cache
def _costs() -> dict[str, float]:
    """Of each word the logarithm of its place in the vocabulary, which is in order of frequency; of
    the severe words that it lacks, the end."""
    folder = files("core.inference").joinpath(_MODEL)
    vocabulary = json.loads(folder.joinpath("tokenizer.json").read_bytes())["model"]["vocab"]
    severe = json.loads(folder.joinpath("severe_words.json").read_bytes())["words"]
    words = [*vocabulary, *(row["word"] for row in severe)]
    known = (word for word in words if word.isascii() and word.isalpha())
    usual = dict.fromkeys(word for word in known if len(word) > 2 or word in _SHORT_WORDS)
    return {word: log(place) for place, word in enumerate(usual, start=2)}
