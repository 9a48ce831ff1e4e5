"""Takes the tags and texts of a comment in their order, and sorts what they hold by whether a
reader sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from turbohtml import unescape

from core.moderation.element_sight import element_sight
from core.moderation.html_names import (
    ACTIVE,
    BREAKS,
    END_BREAKS,
    FOREIGN,
    FOREIGN_ROOTS,
    FORMATTING,
    KNOWN,
    UNSEEN_CODE,
    VOID,
)
from core.moderation.style_sight import StyleSight
from core.moderation.tag_words import bare_strays, pieces_of

Attributes = Sequence[tuple[str, str | None]]
_OVERRIDES = {"rtl": "\u202e", "ltr": "\u202d"}
_END_OVERRIDE = "\u202c"
# Browsers drop them from addresses (WHATWG URL standard).
_NOT_IN_ADDRESS = dict.fromkeys(map(ord, "\t\n\r"))
_IMAGES = frozenset({"img", "image"})
# More of them in each other are none of a text for readers.
_MOST_LAYERS = 32
_CAPTION_WORDS = 3


@dataclass(slots=True)
class _Layer:
    """What stands in an element that is hidden, or shown again within a hidden one. `hides` is as
    in `StyleSight`, None if readers see it. `sink` takes the text; it is a list of its own, except
    for what is shown again. `opened` counts the open elements by name. `link` is the open link."""

    name: str
    hides: str | None
    sink: list[str]
    is_own: bool = True
    opened: dict[str, int] = field(default_factory=dict)
    link: tuple[int, str] | None = None


class MarkupReader:
    """`in_doubt` has the tags, as written, of which the page decides whether what they hold is
    seen. It counts as seen, except for the tags in `apart`. `selected` is what the comment's own
    style sheets select. `documents` are pages within the comment."""

    def __init__(self, apart: frozenset[str], selected: frozenset[str]) -> None:
        self.seen: list[str] = []
        self.hidden: list[str] = []
        self.documents: list[str] = []
        self.in_doubt: dict[str, None] = {}
        self._apart = apart
        self._selected = selected
        self._layers = [_Layer("", None, self.seen)]
        # Of each open element, by name, what its end tag becomes; None if its tags are words.
        self._closers: dict[str, list[str | None]] = {}
        self._foreign = 0

    def write(self, text: str) -> None:
        self._layers[-1].sink.append(text)

    def start(self, name: str, source: str, attributes: Attributes) -> None:
        values = {key: value or "" for key, value in attributes}
        is_words = not self._is_known(name) or (
            "=" not in source and bool(bare_strays(values, source))
        )
        if is_words:
            if name not in VOID:
                self._closers.setdefault(name, []).append(None)
            self.write(unescape(source))
            return
        if values or name in ACTIVE:
            self.hidden += pieces_of(name, source, values)
        if "srcdoc" in values:
            self.documents.append(values["srcdoc"])
        sight = element_sight(name, values, is_foreign=self._foreign > 0, selected=self._selected)
        self._foreign += name in FOREIGN_ROOTS
        if name in VOID or name in _IMAGES:
            self._lay_out(name, source, values, sight)
            return
        turn = _OVERRIDES.get(sight.turns or "", "")
        self._closers.setdefault(name, []).append(_END_OVERRIDE * bool(turn) + _closer(name))
        if sight.hides == "details":  # it leaves a line to open it with
            self._lay_out(name, source, values, sight)
            self._enter(name, source, sight)
        else:
            self._enter(name, source, sight)
            self._lay_out(name, source, values, sight)
        self.write(turn)

    def end(self, name: str, source: str, attributes: Attributes) -> None:
        closers = self._closers.get(name)
        default = _closer(name) if self._is_known(name) else None
        closer = closers.pop() if closers else default
        if closer is None or attributes:
            self.write(unescape(source))
            return
        if name in FOREIGN_ROOTS:
            self._foreign = max(0, self._foreign - 1)
        self._close_inside(name)
        if name == "a":
            self._end_link()
        layer = self._layers[-1]
        is_details = layer.name == name and layer.hides == "details"
        if not is_details:
            self.write(closer)
        self._close(name, source if name in UNSEEN_CODE else "")
        if is_details:
            self.write(closer)

    def finish(self) -> None:
        while len(self._layers) > 1:
            self._pop("")
        self._end_link()

    def _is_known(self, name: str) -> bool:
        return name in KNOWN or (self._foreign > 0 and name in FOREIGN)

    def _is_apart(self, source: str) -> bool:
        """Of a tag in doubt."""
        self.in_doubt[source] = None
        return source in self._apart

    def _enter(self, name: str, source: str, sight: StyleSight) -> None:
        top = self._layers[-1]
        hides = sight.hides
        if sight.is_in_doubt and not hides and self._is_apart(source):
            hides = "element"
        if top.hides != "element" and len(self._layers) < _MOST_LAYERS:
            if hides:
                self._layers.append(
                    _Layer(name, hides, [unescape(source)] if name in UNSEEN_CODE else [])
                )
            elif top.hides in sight.shows:
                around = self._layers[-2]
                self._layers.append(_Layer(name, around.hides, around.sink, is_own=False))
        opened = self._layers[-1].opened
        opened[name] = opened.get(name, 0) + 1

    def _lay_out(
        self, name: str, source: str, values: Mapping[str, str], sight: StyleSight
    ) -> None:
        if name == "a":
            self._end_link()  # links can't nest: the second one closes the first
            address = values.get("href", values.get("xlink:href") if self._foreign else None)
            address = address and address.translate(_NOT_IN_ADDRESS).strip()
            if address or (address is not None and "=" in source):
                top = self._layers[-1]
                top.link = (len(top.sink), address)
        elif name in _IMAGES:
            self._caption(source, values.get("alt", ""), sight)
        elif name == "bdo":
            self.write(_OVERRIDES.get(values.get("dir", "").lower(), "\u202a"))
        else:
            self.write(BREAKS.get(name, ""))

    def _caption(self, source: str, words: str, sight: StyleSight) -> None:
        """The words that stand in place of an image, if it does not load. A few words are taken
        for a part of the text (emoji are such images), unless they stand in a word."""
        if not words or sight.hides:
            return
        before = "".join(self._layers[-1].sink[-1:])[-1:]
        is_in_doubt = sight.is_in_doubt or before.isalnum() or len(words.split()) >= _CAPTION_WORDS
        if not (is_in_doubt and self._is_apart(source)):
            self.write(words)

    def _end_link(self) -> None:
        """A link as plain text: only the address if the link's words are a part of it (sites
        shorten long addresses), else `words (address)`."""
        layer = self._layers[-1]
        if layer.link is None:
            return
        start, address = layer.link
        layer.link = None
        words = "".join(layer.sink[start:]).strip()
        if not words or words.removesuffix("...") in address:
            layer.sink[start:] = [address]
        else:
            layer.sink[start:] = [f"{words} ({address})"]

    def _close_inside(self, name: str) -> None:
        """Ends the layers within the element that an end tag closes. Browsers open elements for
        formatting again behind it."""
        at = self._layer_of(name)
        inside = self._layers[at + 1 :] if at is not None else []
        if not any(layer.name in FORMATTING for layer in inside):
            for _ in inside:
                self._pop("")

    def _close(self, name: str, tail: str) -> None:
        layer = self._layers[-1]
        if not layer.opened.get(name):
            return
        layer.opened[name] -= 1
        if layer.name == name and not layer.opened[name]:
            self._pop(tail)

    def _layer_of(self, name: str) -> int | None:
        for at in range(len(self._layers) - 1, -1, -1):
            if self._layers[at].opened.get(name):
                return at
        return None

    def _pop(self, tail: str) -> None:
        self._end_link()
        layer = self._layers.pop()
        held = "".join(layer.sink) + tail
        if layer.is_own and held:
            self.hidden.append(held)


def _closer(name: str) -> str:
    return _END_OVERRIDE if name == "bdo" else END_BREAKS.get(name, "")
