"""The parser of the search: what is understood, and what it says of the rest."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.scores import Label
from core.moderation.search_query import (
    MAX_CHARS,
    MAX_TERMS,
    SearchField,
    SearchQuery,
    SearchState,
    SearchTerm,
    parse_query,
)

T = SearchTerm
AUTHOR, BY, NOTE = SearchField.AUTHOR, SearchField.DECIDER, SearchField.NOTE


def all_of(*terms: SearchTerm) -> tuple[tuple[SearchTerm, ...], ...]:
    return tuple((term,) for term in terms)


UNDERSTOOD = {
    "": SearchQuery(),
    "  \t ": SearchQuery(),
    "two words": SearchQuery(wanted=all_of(T("two"), T("words"))),
    "two AND words": SearchQuery(wanted=all_of(T("two"), T("words"))),
    '"two words"': SearchQuery(wanted=all_of(T("two words"))),
    "“two words”": SearchQuery(wanted=all_of(T("two words"))),
    '"never closed': SearchQuery(wanted=all_of(T("never closed"))),
    "a OR b c": SearchQuery(wanted=((T("a"), T("b")), (T("c"),))),
    "a | b OR c": SearchQuery(wanted=((T("a"), T("b"), T("c")),)),
    "or and not": SearchQuery(wanted=all_of(T("or"), T("and"), T("not"))),
    "a -b": SearchQuery(wanted=all_of(T("a")), unwanted=(T("b"),)),
    "a NOT b": SearchQuery(wanted=all_of(T("a")), unwanted=(T("b"),)),
    '-"b c" a': SearchQuery(wanted=all_of(T("a")), unwanted=(T("b c"),)),
    "well-known": SearchQuery(wanted=all_of(T("well-known"))),
    "pre*": SearchQuery(wanted=all_of(T("pre*", is_prefix=True))),
    "author:sam": SearchQuery(wanted=all_of(T("sam", AUTHOR))),
    'Author:"Sam Smith"': SearchQuery(wanted=all_of(T("Sam Smith", AUTHOR))),
    "by:mina note:spam": SearchQuery(wanted=all_of(T("mina", BY), T("spam", NOTE))),
    "author:sam -by:mina": SearchQuery(wanted=all_of(T("sam", AUTHOR)), unwanted=(T("mina", BY),)),
    "reason:harassment": SearchQuery(wanted=all_of(T("harassment", SearchField.REASON))),
    "is:open IS:removed": SearchQuery(states=frozenset({SearchState.OPEN, SearchState.REMOVED})),
    "label:threat": SearchQuery(labels=frozenset({Label.THREAT})),
    "after:2026-11-01 before:2026/12": SearchQuery(
        since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 12, 1, tzinfo=UTC)
    ),
    "https://example.org": SearchQuery(wanted=all_of(T("https://example.org"))),
    "authors": SearchQuery(wanted=all_of(T("authors"))),
    "12:30": SearchQuery(wanted=all_of(T("12:30"))),
    "сло́во Ünder": SearchQuery(wanted=all_of(T("сло́во"), T("Ünder"))),
    "検索": SearchQuery(wanted=all_of(T("検索", is_prefix=True))),
}
SAID = {
    "is:lost": "is:lost (is: takes open, escalated, closed, removed, approved)",
    "label:rude": "label:rude (label: takes toxicity, ",
    "before:yesterday": "before:yesterday (a day such as 2026-11-23)",
    "after:2026-02-30": "after:2026-02-30 (a day such as 2026-11-23)",
    "form:sam": "form: as an operator, so it was looked for as a word",
    "author: sam": "author: with a space after it",
    "a -is:open": "-is:open (only words can be left out)",
    "-b": "words to leave out without one to look for",
    "a OR": "OR without a word after it",
    "OR a": "OR without a word before it",
    "ab*": "ab* (* needs 3 letters)",
    "!!!": "!!! (only letters and digits can be found)",
    "😀": "😀 (only letters and digits can be found)",
    "x " * MAX_CHARS: f"what comes after {MAX_CHARS} characters; more than {MAX_TERMS} words",
}


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_query_is_understood(typed: str) -> None:
    assert parse_query(typed) == UNDERSTOOD[typed]


@pytest.mark.parametrize("typed", SAID)
def test_what_is_not_understood_is_said_in_one_sentence(typed: str) -> None:
    problem = parse_query(typed).problem
    assert SAID[typed] in problem
    assert problem.startswith("Not understood: ")
    assert problem.endswith(".")
    assert "\n" not in problem


def test_the_rest_of_a_query_is_kept() -> None:
    parsed = parse_query("idiot is:lost before:x after:y label:z by:mina")
    assert parsed.wanted == all_of(T("idiot"), T("mina", BY))
    assert parsed.problem.endswith("; after:y (a day such as 2026-11-23) and 1 more.")


PIECES = st.sampled_from(
    [
        *(
            '"',
            "-",
            "*",
            ":",
            "OR",
            "AND",
            "NOT",
            "NEAR(",
            "(",
            ")",
            "|",
            "{body}",
            "^",
            "+",
            "\x00",
        ),
        *("is:", "is:open", "author:", "by:", "note:", "label:", "before:2026-01-01", "';--"),
        *("\ud800", "\\", "ﬁ", "a", "word", "über", "検", "\u202e", "\x02", "0000-00-00"),
    ]
)
HOSTILE = st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join)


@given(HOSTILE)
def test_any_text_is_a_query(typed: str) -> None:
    parsed = parse_query(typed)
    terms = [term for group in parsed.wanted for term in group] + list(parsed.unwanted)
    assert len(terms) <= MAX_TERMS
    assert all(group for group in parsed.wanted)
    assert parsed.wanted or not parsed.unwanted
    assert not any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for t in terms for char in t.text)
