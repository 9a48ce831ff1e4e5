"""The words of the search on PostgreSQL are those of SQLite's index."""

import sqlite3
import unicodedata
from collections import defaultdict
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.search_words import words_of

# SQLite's tables know these characters as Python's do.
KNOWN = [
    char
    for char in map(chr, range(1, 0x110000))
    if unicodedata.ucd_3_2_0.category(char) not in ("Cn", "Co", "Cs")
    and unicodedata.ucd_3_2_0.category(char)[0] == unicodedata.category(char)[0]
]
# SQLite takes a word apart at some accents (a letter struck through), which is of no use.
OTHERWISE = {"\u01e0", "\u01e1", *map(chr, range(0x300, 0x370))}


def words_in_sqlite(texts: list[str]) -> list[list[str]]:
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.execute(
            "CREATE VIRTUAL TABLE t USING fts5(body, tokenize = 'unicode61 remove_diacritics 2')"
        )
        raw.execute("CREATE VIRTUAL TABLE words USING fts5vocab(t, 'instance')")
        raw.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", enumerate(texts))
        found = defaultdict(list)
        for number, _, word in raw.execute("SELECT doc, offset, term FROM words ORDER BY 1, 2"):
            found[number].append(word)
    return [found[number] for number in range(len(texts))]


@pytest.mark.slow
def test_each_character_is_part_of_a_word_or_ends_it_as_in_sqlite() -> None:
    texts = [f"a{char}b {char}" for char in KNOWN if char not in OTHERWISE]
    found = words_in_sqlite(texts)
    differ = {
        text: words for text, words in zip(texts, found, strict=True) if words_of(text) != words
    }
    assert differ == {}
    assert len(texts) > 90_000


@given(st.text(st.sampled_from([char for char in KNOWN if char not in OTHERWISE])))
def test_texts_have_the_words_they_have_in_sqlite(text: str) -> None:
    assert [words_of(text)] == words_in_sqlite([text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The CAF\u00c9, cafe\u0301", ["the", "cafe", "cafe"]),
        (
            "Stra\u00dfe \u0419 \u039f\u0394\u039f\u03a3",
            ["stra\u00dfe", "\u0439", "\u03bf\u03b4\u03bf\u03c3"],
        ),
        ("s\u0336t\u0336ruck", ["struck"]),
        ("it's a_b-c 1.5 a@b.c", ["it", "s", "a", "b", "c", "1", "5", "a", "b", "c"]),
        ("!? \U0001f600", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words
