"""Regular expressions from people, matched by RE2: in linear time and bounded memory, whatever the
expression and the text are. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2

ONE_PATTERN_BYTES = 1 << 20
"""Memory for one compiled pattern; RE2 refuses a larger one."""
SET_BYTES = 64 << 20
"""Memory for all patterns of a set and what is kept while texts are matched. RE2 drops what it
kept when this is used up, and begins again."""
# A place between two of these is all that an assertion such as `\b` asks for.
_PROBES = ("", "a", "a b", "1", "-", " ", "a-b", "\n", "ä")
MOST_PLACES = 50
"""Places of one pattern that are marked in a text."""


@lru_cache(maxsize=4_096)
def pattern_problem(pattern: str) -> str | None:
    """What is wrong with the pattern, with the place if RE2 names it; None if it can be used."""
    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        _, colon, part = reason.rpartition(": ")
        place = pattern.find(part) if colon and part else -1
        return reason if place < 0 else f"{reason} (at character {place + 1})"
    found = (compiled.search(text) for text in _PROBES)
    if any(match is not None and match.start() == match.end() for match in found):
        return "it matches a text of nothing, so it would match every comment"
    return None


class PatternSet:
    """Patterns that are looked for together, in one pass over a text whatever their number. Case is
    ignored unless a pattern says `(?-i)`. Threads may share it."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._parts = _sets(self._patterns, 0)

    def matching(self, text: str) -> list[int]:
        """The indices of the patterns that the text matches, in order."""
        content = text.encode()
        found: list[int] = []
        for first, count, searched in self._parts:
            indices = searched.Match(content)
            # The first pattern of a set matches everything. If it did not, RE2 ran out of memory
            # and says no more; each pattern by itself then goes on with less memory.
            if 0 in indices:
                found += sorted(first + index - 1 for index in indices if index > 0)
            else:
                found += [
                    index
                    for index in range(first, first + count)
                    if _compiled(self._patterns[index]).search(text) is not None
                ]
        return found

    def places(self, index: int, text: str) -> Iterator[tuple[int, int]]:
        """Where the pattern matches: its first group if it has one. At most MOST_PLACES."""
        pattern = _compiled(self._patterns[index])
        group = 1 if pattern.groups else 0
        at = 0
        for _ in range(MOST_PLACES):
            match = pattern.search(text, at)
            if match is None:
                return
            start, end = match.span(group) if match.span(group) != (-1, -1) else match.span()
            if end > start:
                yield start, end
            at = max(end, match.start() + 1)


def _sets(patterns: Sequence[str], first: int) -> list[tuple[int, int, Any]]:
    """Sets with the index of their first pattern and their size: one or, if that is too large, two
    of half the size, and so on."""
    if not patterns:
        return []
    searched = re2.Set.SearchSet(_options(SET_BYTES))
    try:
        searched.Add("")
        for pattern in patterns:
            searched.Add(pattern)
        searched.Compile()
    except re2.error:
        if len(patterns) == 1:
            raise
        middle = len(patterns) // 2
        return [*_sets(patterns[:middle], first), *_sets(patterns[middle:], first + middle)]
    return [(first, len(patterns), searched)]


def _options(max_bytes: int) -> Any:
    options = re2.Options()
    options.max_mem = max_bytes
    options.case_sensitive = False
    options.log_errors = False
    return options


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _options(ONE_PATTERN_BYTES))
