"""Reads the HTML of a comment once: what a reader sees of it, and what a reader can only uncover.

A tokenizer that follows the HTML standard (turbohtml) says what is a tag, as a browser would. The
tree that a browser builds of the tags is not needed, and building it from hostile input is costly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from turbohtml import Token, TokenType, tokenize, unescape

from core.moderation.bidi_elements import OpenElements
from core.moderation.html_names import (
    ACTIVE,
    BARE,
    BREAKS,
    END_BREAKS,
    KNOWN,
    UNSEEN,
    UNSEEN_CODE,
    VOID,
    WORDED,
)

_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|"
    r"(?:opacity|font-size)\s*:\s*0+(?:\.0*)?(?:[a-z%]{0,4})\s*(?:[;!]|$)",
    re.IGNORECASE,
)
Attributes = Sequence[tuple[str, str | None]]
_WITH_VALUE = re.compile(r"""(?<![^\s"'<>/=])([^\s"'<>/=]++)\s*+=""")
_TAG_START = re.compile(r"<[a-zA-Z/!?]")
# Browsers drop them from addresses (WHATWG URL standard).
_NOT_IN_ADDRESS = dict.fromkeys(map(ord, "\t\n\r"))


@dataclass(frozen=True, slots=True)
class MarkupView:
    """`seen` is the text as displayed, with line breaks for the layout. `hidden` holds each piece
    that is not: words of attributes, comments, text that is styled away, tags that run code."""

    seen: str
    hidden: tuple[str, ...]


def read_markup(text: str) -> MarkupView:
    """Accepts any text whose lines end with a line feed. Entities are decoded exactly once. Takes
    linear time."""
    reader = _Reader()
    token = None
    for token in tokenize(text, capture_source=True):
        if token.type is TokenType.TEXT:
            reader.write(reader.elements.text(token.data or ""))
        elif token.type is TokenType.START_TAG:
            reader.start(token.tag or "", token.source or "", token.attrs or [])
        elif token.type is TokenType.END_TAG:
            reader.end(token.tag or "", token.source or "", token.attrs or [])
        elif token.source is not None and token.source.startswith("<!--"):
            reader.hidden.append(token.data or "")
        else:  # no comment on purpose: `</3`, `<?`
            reader.write(unescape(token.source or ""))
    reader.write(unescape(_unfinished(text, token)))
    reader.finish()
    return MarkupView("".join(reader.seen), tuple(reader.hidden))


class _Reader:
    """`sink` takes the text: `seen`, or a list of its own while `unseen` (a tag's name, open
    `depth` times) hides what it holds. `opened` tells for each open tag, by name, whether it was
    taken for words; its end tag then is taken for words too."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.hidden: list[str] = []
        self.sink = self.seen
        self.unseen: str | None = None
        self.depth = 0
        self.link: tuple[int, str] | None = None
        self.link_outside: tuple[int, str] | None = None
        self.opened: dict[str, list[bool]] = {}
        self.elements = OpenElements()

    def write(self, text: str) -> None:
        self.sink.append(text)

    def start(self, name: str, source: str, attributes: Attributes) -> None:
        values = {key: value or "" for key, value in attributes}
        has_strays = bool(values) and _has_strays(values, source)
        is_words = name not in KNOWN or (has_strays and "=" not in source)
        if name not in VOID:
            self.opened.setdefault(name, []).append(is_words)
        if is_words:
            self.write(unescape(source))
            return
        if name not in UNSEEN_CODE:  # those are shown together with what they hold
            if has_strays or name in ACTIVE or any(key.startswith("on") for key in values):
                self.hidden.append(unescape(source))
            else:
                self.hidden += [values[key] for key in WORDED if values.get(key)]
        if name == self.unseen:
            self.depth += 1
        elif self.unseen is None and _is_unseen(name, values):
            self._hide(name, unescape(source) if name in UNSEEN_CODE else "")
        controls = self.elements.start(name, values)
        if controls and name not in BREAKS:
            self.write(controls)
        self._lay_out(name, source, values)
        if controls and name in BREAKS:
            self.write(controls)

    def end(self, name: str, source: str, attributes: Attributes) -> None:
        opened = self.opened.get(name)
        is_words = opened.pop() if opened else name not in KNOWN
        if is_words or attributes:
            self.write(unescape(source))
            return
        if name == "a":
            self._end_link()
        self.write(self.elements.end(name) + self._break(END_BREAKS, name))
        if name == self.unseen:
            self.depth -= 1
            if self.depth == 0:
                self._show(source if name in UNSEEN_CODE else "")

    def finish(self) -> None:
        self._end_link()
        if self.unseen is not None:
            self._show("")
            self._end_link()

    def _lay_out(self, name: str, source: str, values: dict[str, str]) -> None:
        if name == "a":
            self._end_link()  # links can't nest: the second one closes the first
            address = values.get("href")
            address = address and address.translate(_NOT_IN_ADDRESS).strip()
            if address or (address is not None and "=" in source):
                self.link = (len(self.sink), address)
        elif name in {"img", "image"}:
            self.write(values.get("alt", ""))
        else:
            self.write(self._break(BREAKS, name))

    def _break(self, breaks: dict[str, str], name: str) -> str:
        return self.elements.around_breaks(breaks[name]) if name in breaks else ""

    def _end_link(self) -> None:
        """A link as plain text: only the address if the link's words are a part of it (sites
        shorten long addresses), else `words (address)`."""
        if self.link is None:
            return
        start, address = self.link
        self.link = None
        words = "".join(self.sink[start:]).strip()
        if not words or words.removesuffix("...") in address:
            self.sink[start:] = [address]
        else:
            self.sink[start:] = [f"{words} ({address})"]

    def _hide(self, name: str, source: str) -> None:
        self.unseen, self.depth = name, 1
        self.sink, self.link, self.link_outside = [source], None, self.link

    def _show(self, source: str) -> None:
        self._end_link()
        self.hidden.append("".join(self.sink) + source)
        self.unseen, self.sink = None, self.seen
        self.link, self.link_outside = self.link_outside, None


def _has_strays(values: dict[str, str], source: str) -> bool:
    """Whether the tag has words where attributes belong: names without a value that no author of a
    real tag writes."""
    strays = {name for name, value in values.items() if not value} - BARE
    return bool(strays) and bool(strays - {name.lower() for name in _WITH_VALUE.findall(source)})


def _is_unseen(name: str, values: dict[str, str]) -> bool:
    if name in UNSEEN or name in UNSEEN_CODE:
        return True
    if name in VOID or not values:
        return False
    return "hidden" in values or bool(_HIDING_STYLE.search(values.get("style", "")))


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
