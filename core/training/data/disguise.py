"""Data augmentation by misspelling: abusive and harmless rows are respelled equally often.

Without the harmless ones the network would learn that a misspelling is itself abusive.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from core.inference.text.form import model_text
from core.training.data.datasets import Example

_WORD = re.compile(r"[A-Za-z]{4,}")
_LOOKALIKES = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5", "t": "7", "u": "v", "l": "1"}
_TOXIC_SHARE = 0.15
_CLEAN_SHARE = 0.05
_CHARGED_COUNT = 400


def disguised_copies(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """Copies of rows with the same targets: in toxic rows the charged words are misspelt, in clean
    rows any words. The seed fixes the result.

    The first text form is respelt, so that the copies are those that the teachers scored. It has
    no markup left, so that it is not cleaned again.
    """
    chance = random.Random(seed)
    charged = charged_words(examples)
    copies = []
    for example in examples:
        toxicity = example.targets[0]
        if toxicity is None or 0.1 < toxicity < 0.6:
            continue
        toxic = toxicity >= 0.6
        if chance.random() >= (_TOXIC_SHARE if toxic else _CLEAN_SHARE):
            continue
        first = example.first_form
        words = charged if toxic else _some_words(first, chance)
        copy = _WORD.sub(lambda found: _respelled(found[0], words, chance), first)  # noqa: B023
        if copy != first:
            copies.append(replace(example, text=model_text(copy), other_form=copy))
    return copies


def charged_words(examples: Sequence[Example]) -> frozenset[str]:
    """The words most indicative of toxicity, by log odds smoothed with ten rows each."""
    seen: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for example in examples:
        if example.targets[0] is not None:
            seen[example.targets[0] >= 0.5].update(set(_WORD.findall(example.first_form.lower())))
    totals = {toxic: sum(counts.values()) + 1 for toxic, counts in seen.items()}

    def odds(word: str) -> float:
        return math.log((seen[True][word] + 10) / totals[True]) - math.log(
            (seen[False][word] + 10) / totals[False]
        )

    ranked = sorted(seen[True], key=lambda word: (-odds(word), word))
    return frozenset(ranked[:_CHARGED_COUNT])


def _some_words(text: str, chance: random.Random) -> frozenset[str]:
    words = sorted({word.lower() for word in _WORD.findall(text)})
    return frozenset(chance.sample(words, min(2, len(words))))


def _respelled(word: str, words: Collection[str], chance: random.Random) -> str:
    return chance.choice(_TRICKS)(word, chance) if word.lower() in words else word


def _look_alike(word: str, chance: random.Random) -> str:
    at = [n for n, letter in enumerate(word) if n and letter.lower() in _LOOKALIKES]
    if not at:
        return _starred(word, chance)
    n = chance.choice(at)
    return word[:n] + chance.choice(_LOOKALIKES[word[n].lower()]) + word[n + 1 :]


def _starred(word: str, chance: random.Random) -> str:
    n = chance.randrange(1, len(word) - 1)
    return word[:n] + "*" + word[n + 1 :]


def _spread(word: str, chance: random.Random) -> str:
    return chance.choice((" ", ".", "-")).join(word)


def _stretched(word: str, chance: random.Random) -> str:
    n = chance.randrange(1, len(word))
    return word[:n] + word[n] * chance.randint(2, 4) + word[n + 1 :]


def _shortened(word: str, chance: random.Random) -> str:
    n = chance.randrange(1, len(word) - 1)
    return word[:n] + word[n + 1 :]


def _swapped(word: str, chance: random.Random) -> str:
    n = chance.randrange(1, len(word) - 1)
    return word[:n] + word[n + 1] + word[n] + word[n + 2 :]


_TRICKS: tuple[Callable[[str, random.Random], str], ...] = (
    _look_alike,
    _starred,
    _spread,
    _stretched,
    _shortened,
    _swapped,
)
