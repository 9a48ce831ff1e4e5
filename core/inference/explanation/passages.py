"""The part of a long text that is explained: the window that gave a label its score."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from core.inference.base import Passage
from core.inference.explanation.words import Word
from core.inference.text.form import model_text, pieces_of, readings
from core.moderation.scores import Label

Scores = Mapping[Label, float]


def locate(text: str, passage: Passage) -> Word:
    """Where the passage is in the text itself, from the beginning of a word to the end of one."""
    if passage.reading is not None:
        return _located_reading(text, passage, passage.reading)
    start, end = passage.start, min(passage.end, len(text))
    while 0 < start < len(text) and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return Word(start, end)


def _located_reading(text: str, passage: Passage, reading: int) -> Word:
    """In the part of the text, displayed or hidden, of which this is a reading."""
    forms = readings(text)
    form = forms[min(reading, len(forms) - 1)]
    for start, part in pieces_of(text):
        if form in readings(part):
            place = _located_form(part, form, passage)
            return Word(start + place.start, start + place.end)
    return Word(0, len(text))


def _located_form(text: str, form: str, passage: Passage) -> Word:
    """Found by the forms of the text's beginnings, each up to the end of a word."""
    ends = [0, *(word.end() for word in re.finditer(r"\S+", text))]

    def beginnings(at: int) -> list[int]:
        """The lengths of its readings that the form begins with. There are none if it ends inside
        a tag, whose start it then shows as words."""
        ways = readings(text[: ends[at]])
        return [len(way) for way in ways if form.startswith(way)]

    def form_chars(at: int) -> int:
        return max(beginnings(at), default=len(model_text(text[: ends[at]])))

    def is_beginning(at: int) -> bool:
        return bool(beginnings(at))

    places = range(len(ends))
    first = max(0, bisect_right(places, passage.start, key=form_chars) - 1)
    last = min(len(ends) - 1, bisect_left(places, passage.end, key=form_chars))
    while first > 0 and not (is_beginning(first) and form_chars(first) <= passage.start):
        first -= 1
    while last < len(ends) - 1 and not (is_beginning(last) and form_chars(last) >= passage.end):
        last += 1
    start = ends[first]
    return Word(start + len(text[start:]) - len(text[start:].lstrip()), ends[last])


def outside(text: str, passage: Word) -> str:
    """The text without the passage."""
    return f"{text[: passage.start].rstrip()} {text[passage.end :].lstrip()}".strip()


def highest(one: Scores, other: Scores) -> Scores:
    """The higher score of each label of `one`."""
    return {label: max(score, other.get(label, 0.0)) for label, score in one.items()}
