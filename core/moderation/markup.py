"""Reads the HTML of a comment: what a reader sees of it, and what a reader can only uncover.

A tokenizer that follows the HTML standard (turbohtml) says what is a tag, as a browser would. The
tree that a browser builds of the tags is not needed, and building it from hostile input is costly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from turbohtml import Token, TokenType, tokenize, unescape

from core.moderation.element_sight import words_of_sheet
from core.moderation.markup_reader import MarkupReader

_TAG_START = re.compile(r"<[a-zA-Z/!?]")
# Tags in doubt that are left out one by one, too. More of them are left out together alone.
_MOST_ALONE = 3


@dataclass(frozen=True, slots=True)
class MarkupView:
    """`seen` is the text as displayed, with line breaks for the layout. `hidden` holds each piece
    that is not: words of attributes, comments, text that is styled away, tags that run code. Where
    the page may hide an element or not, its words are seen, and the text without them is hidden."""

    seen: str
    hidden: tuple[str, ...]


def read_markup(text: str) -> MarkupView:
    """Accepts any text whose lines end with a line feed. Entities are decoded exactly once. Takes
    linear time."""
    source = _Source(text)
    found = source.read()
    hidden = found.hidden
    for document in found.documents:
        inside = _Source(document).read()
        hidden += [inside.seen, *inside.hidden]
    if found.in_doubt:
        hidden = list(dict.fromkeys([*hidden, *_without_doubtful(source, found)]))
    return MarkupView(found.seen, tuple(hidden))


class _Source:
    """The tokens of a text, which may be read several times."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokenize(text, capture_source=True))
        self._unfinished = unescape(_unfinished(text, self._tokens[-1] if self._tokens else None))
        sheets = [
            token.data or ""
            for before, token in pairwise(self._tokens)
            if before.tag == "style" and token.type is TokenType.TEXT
        ]
        self._selected = words_of_sheet("".join(sheets)) if sheets else frozenset()

    def read(self, apart: Iterable[str] = ()) -> MarkupReader:
        reader = MarkupReader(frozenset(apart), self._selected)
        for token in self._tokens:
            _take(reader, token)
        reader.layers.write(self._unfinished)
        reader.layers.finish()
        return reader


def _take(reader: MarkupReader, token: Token) -> None:
    if token.type is TokenType.TEXT:
        reader.text(token.data or "")
    elif token.type is TokenType.START_TAG:
        reader.start(token.tag or "", token.source or "", token.attrs or [])
    elif token.type is TokenType.END_TAG:
        reader.end(token.tag or "", token.source or "", token.attrs or [])
    elif token.source is not None and token.source.startswith("<!--"):
        reader.layers.hidden.append(token.data or "")
    else:  # no comment on purpose: `</3`, `<?`
        reader.layers.write(unescape(token.source or ""))


def _without_doubtful(source: _Source, whole: MarkupReader) -> Iterator[str]:
    """What is read if the page hides the elements whose sight is in doubt, all of them or one."""
    tags = list(whole.in_doubt)
    alone = tags if 1 < len(tags) <= _MOST_ALONE else []
    for found in (_without_all(tags, source), *(source.read([tag]) for tag in alone)):
        if found.seen.strip() and found.seen != whole.seen:
            yield _changed(whole.seen, found.seen)
            yield from found.hidden


def _without_all(tags: list[str], source: _Source) -> MarkupReader:
    """Without the first of the tags if they hold the whole text."""
    for first in range(min(len(tags), _MOST_ALONE)):
        found = source.read(tags[first:])
        if found.seen.strip():
            return found
    return source.read(tags[_MOST_ALONE:])


def _changed(seen: str, rest: str) -> str:
    """The paragraphs of the rest in which it differs."""
    before, after = seen.split("\n\n"), rest.split("\n\n")
    start = _same_at_start(before, after)
    before, after = before[start:], after[start:]
    return "\n\n".join(after[: len(after) - _same_at_start(before[::-1], after[::-1])])


def _same_at_start(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _unfinished(text: str, last: Token | None) -> str:
    """The end of a text that stops inside a tag. A browser drops it; on a site that escapes its
    comments readers see it."""
    if last is None:
        return text
    start = sum(len(line) + 1 for line in text.split("\n", last.line - 1)[: last.line - 1])
    start += last.col
    if last.source is not None:
        return text[start + len(last.source) :]
    rest = text[start:]
    if last.data is None or last.data in (rest, unescape(rest)):
        return ""
    found = _TAG_START.search(rest)
    return rest[found.start() :] if found else ""
