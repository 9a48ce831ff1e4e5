"""Made-up comments, and the edits with which people post the same text again."""

import random
from collections.abc import Callable

_FIRST, _SECOND = "bdfgklmnprstvw", "aeiou"

Edit = Callable[[str, random.Random], str]


def made_up_word(chance: random.Random) -> str:
    """Two to four syllables."""
    count = chance.randint(2, 4)
    return "".join(chance.choice(_FIRST) + chance.choice(_SECOND) for _ in range(count))


def made_up_text(chance: random.Random) -> str:
    """Ten to forty words."""
    return " ".join(made_up_word(chance) for _ in range(chance.randint(10, 40)))


def another_word(text: str, chance: random.Random) -> str:
    words = text.split()
    words[chance.randrange(len(words))] = made_up_word(chance)
    return " ".join(words)


def word_left_out(text: str, chance: random.Random) -> str:
    words = text.split()
    del words[chance.randrange(len(words))]
    return " ".join(words)


def number_at_the_end(text: str, chance: random.Random) -> str:
    return f"{text} {chance.randrange(100_000)}"


def name_in_front(text: str, chance: random.Random) -> str:
    return f"@{made_up_word(chance)}{chance.randrange(1_000)} {text}"


def mistyped(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("abcdefgh") + text[place + 1 :]


def shouted(text: str, chance: random.Random) -> str:
    return text.upper() + "!" * chance.randint(1, 9)


EDITS: tuple[Edit, ...] = (
    another_word,
    word_left_out,
    number_at_the_end,
    name_in_front,
    mistyped,
    shouted,
)
