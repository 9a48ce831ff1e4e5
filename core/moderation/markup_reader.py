"""Takes the tags and texts of a comment in their order, and sorts what they hold by whether a
reader sees it."""

from collections.abc import Mapping, Sequence

from turbohtml import unescape

from core.moderation.bidi_elements import OpenElements
from core.moderation.element_sight import element_sight
from core.moderation.html_names import (
    ACTIVE,
    BREAKS,
    END_BREAKS,
    FOREIGN,
    FOREIGN_ROOTS,
    KNOWN,
    UNSEEN_CODE,
    VOID,
)
from core.moderation.markup_layers import MarkupLayers
from core.moderation.style_sight import StyleSight
from core.moderation.tag_words import bare_strays, pieces_of

Attributes = Sequence[tuple[str, str | None]]
# Browsers drop them from addresses (WHATWG URL standard).
_NOT_IN_ADDRESS = dict.fromkeys(map(ord, "\t\n\r"))
_IMAGES = frozenset({"img", "image"})
_CAPTION_WORDS = 3


class MarkupReader:
    """`in_doubt` has the tags, as written, of which the page decides whether what they hold is
    seen. It counts as seen, except for the tags in `apart`. `selected` is what the comment's own
    style sheets select. `documents` are pages within the comment."""

    def __init__(self, apart: frozenset[str], selected: frozenset[str]) -> None:
        self.layers = MarkupLayers()
        self.documents: list[str] = []
        self.in_doubt: dict[str, None] = {}
        self._apart = apart
        self._selected = selected
        # Of each open element, by name, whether its tags are words.
        self._opened: dict[str, list[bool]] = {}
        self._elements = OpenElements()
        self._foreign = 0

    @property
    def seen(self) -> str:
        return "".join(self.layers.seen)

    @property
    def hidden(self) -> list[str]:
        return self.layers.hidden

    def text(self, text: str) -> None:
        self.layers.write(self._elements.text(text))

    def start(self, name: str, source: str, attributes: Attributes) -> None:
        values = {key: value or "" for key, value in attributes}
        if not self._is_known(name) or ("=" not in source and bare_strays(values, source)):
            if name not in VOID:
                self._opened.setdefault(name, []).append(True)
            self.layers.write(unescape(source))
            return
        if values or name in ACTIVE:
            self.layers.hidden += pieces_of(name, source, values)
        if "srcdoc" in values:
            self.documents.append(values["srcdoc"])
        sight = element_sight(name, values, is_foreign=self._foreign > 0, selected=self._selected)
        self._foreign += name in FOREIGN_ROOTS
        if name in _IMAGES:
            self._caption(source, values.get("alt", ""), sight)
        elif name in VOID:
            self.layers.write(self._elements.start(name, values) + self._break(BREAKS, name))
        else:
            self._open(name, source, values, sight)

    def end(self, name: str, source: str, attributes: Attributes) -> None:
        opened = self._opened.get(name)
        is_words = opened.pop() if opened else not self._is_known(name)
        if is_words or attributes:
            self.layers.write(unescape(source))
            return
        if name in FOREIGN_ROOTS:
            self._foreign = max(0, self._foreign - 1)
        self.layers.close_inside(name)
        if name == "a":
            self.layers.end_link()
        closer = self._elements.end(name) + self._break(END_BREAKS, name)
        self.layers.close(name, source if name in UNSEEN_CODE else "", closer)

    def _is_known(self, name: str) -> bool:
        return name in KNOWN or (self._foreign > 0 and name in FOREIGN)

    def _is_apart(self, source: str) -> bool:
        """Of a tag in doubt."""
        self.in_doubt[source] = None
        return source in self._apart

    def _open(self, name: str, source: str, values: Mapping[str, str], sight: StyleSight) -> None:
        self._opened.setdefault(name, []).append(False)
        hides = sight.hides
        if sight.is_in_doubt and not hides and self._is_apart(source):
            hides = "element"
        self.layers.end_before(name)
        if hides == "details":  # they leave a line to open them with
            self.layers.write(self._break(BREAKS, name))
        controls = self._elements.start(name, values)
        self.layers.open(name, hides, sight.shows, unescape(source) * (name in UNSEEN_CODE))
        if controls and name not in BREAKS:
            self.layers.write(controls)
        if name == "a":
            self._open_link(source, values)
        elif hides != "details":
            self.layers.write(self._break(BREAKS, name))
        if controls and name in BREAKS:
            self.layers.write(controls)

    def _break(self, breaks: Mapping[str, str], name: str) -> str:
        return self._elements.around_breaks(breaks[name]) if name in breaks else ""

    def _open_link(self, source: str, values: Mapping[str, str]) -> None:
        self.layers.end_link()  # links can't nest: the second one closes the first
        address = values.get("href", values.get("xlink:href") if self._foreign else None)
        address = address and address.translate(_NOT_IN_ADDRESS).strip()
        if address or (address is not None and "=" in source):
            self.layers.open_link(address)

    def _caption(self, source: str, words: str, sight: StyleSight) -> None:
        """The words that stand in place of an image, if it does not load. A few words are taken
        for a part of the text (emoji are such images), unless they stand in a word."""
        if not words or sight.hides:
            return
        is_in_word = self.layers.last.isalnum()
        is_in_doubt = sight.is_in_doubt or is_in_word or len(words.split()) >= _CAPTION_WORDS
        if not (is_in_doubt and self._is_apart(source)):
            self.layers.write(words)
