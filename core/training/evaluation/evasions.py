"""The project's evasion suite: abusive sentences in every disguise that a reader sees through.

Sentences, characters and markup are in a file beside this one, for measuring alone.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.training.evaluation.paired_suites import PairedKind, PairedSuite, suite_file

EVASION_FILE = "evasion_suite.json"
_LONGER_WORD = re.compile(r"[A-Za-z]{3,}")
_LETTER = re.compile(r"[A-Za-z]")


def read_evasions() -> PairedSuite:
    """The suite, its kinds in the order of the file."""
    content, digest = suite_file(EVASION_FILE)
    data = json.loads(content)
    abusive, harmless = tuple(data["abusive"]), tuple(data["harmless"])
    return PairedSuite(
        digest,
        PairedKind("no disguise", "the sentences as they are", abusive, harmless),
        tuple(
            PairedKind(
                kind["name"], kind["about"], _disguised(abusive, kind), _disguised(harmless, kind)
            )
            for kind in data["kinds"]
        ),
    )


def _disguised(sentences: Sequence[str], kind: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_disguise(text, kind, number) for number, text in enumerate(sentences))


def _disguise(text: str, kind: Mapping[str, Any], number: int) -> str:
    """The `number`-th of the sentences, in the way that is its turn."""

    def turn(name: str) -> Any:
        return kind[name][number % len(kind[name])]

    if "letters" in kind:
        way = turn("letters")
        return text.lower().translate(str.maketrans(way["from"], way["to"]))
    if "each_letter" in kind:
        return _LETTER.sub(lambda found: _filled(turn("each_letter"), found[0]), text)
    if "in_words" in kind:
        return _LONGER_WORD.sub(lambda found: _inside(turn("in_words"), found[0]), text)
    slug = "-".join(re.findall(r"\w+", text.lower()))
    filled: str = turn("frames").format(text=text, slug=slug, reversed=text[::-1])
    return filled


def _inside(pattern: str, word: str) -> str:
    middle = len(word) // 2 - 1
    return word[:middle] + _filled(pattern, word[middle]) + word[middle + 1 :]


def _filled(pattern: str, letter: str) -> str:
    return pattern.format(letter=letter, code=ord(letter))
