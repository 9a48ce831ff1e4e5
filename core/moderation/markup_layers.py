"""Where the text of a comment's elements goes: to what is seen, or to a piece that is hidden."""

from dataclasses import dataclass, field

from core.moderation.html_names import ENDED_BY, FORMATTING

# More of them in each other are none of a text for readers.
_MOST_LAYERS = 32


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


class MarkupLayers:
    """Elements are opened and closed by their tags, as far as a browser would follow them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.hidden: list[str] = []
        self._layers = [_Layer("", None, self.seen)]

    @property
    def last(self) -> str:
        """The last character that was written, if any."""
        return "".join(self._layers[-1].sink[-1:])[-1:]

    def write(self, text: str) -> None:
        self._layers[-1].sink.append(text)

    def open(self, name: str, hides: str | None, shows: frozenset[str], head: str = "") -> None:
        """Of a hidden element, `head` is shown together with what it holds."""
        top = self._layers[-1]
        if top.hides != "element" and len(self._layers) < _MOST_LAYERS:
            if hides:
                self._layers.append(_Layer(name, hides, [head]))
            elif top.hides in shows:
                around = self._layers[-2]
                self._layers.append(_Layer(name, around.hides, around.sink, is_own=False))
        opened = self._layers[-1].opened
        opened[name] = opened.get(name, 0) + 1

    def end_before(self, name: str) -> None:
        """Ends a layer of which a start tag of that name is the end, as `<p>` is of another one."""
        if self._layers[-1].name in ENDED_BY.get(name, ()):
            self._pop("")

    def close_inside(self, name: str) -> None:
        """Ends the layers within the element that an end tag closes. Browsers open elements for
        formatting again behind it."""
        at = self._layer_of(name)
        inside = self._layers[at + 1 :] if at is not None else []
        if not any(layer.name in FORMATTING for layer in inside):
            for _ in inside:
                self._pop("")

    def close(self, name: str, tail: str, after: str) -> None:
        """`tail` is shown together with what a hidden element held; `after` stands behind it."""
        layer = self._layers[-1]
        # Closed details leave a line to open them with, other hidden elements nothing.
        is_line = layer.name == name and layer.hides == "details"
        if not is_line:
            self.write(after)
        if layer.opened.get(name):
            layer.opened[name] -= 1
            if layer.name == name and not layer.opened[name]:
                self._pop(tail)
        if is_line:
            self.write(after)

    def open_link(self, address: str) -> None:
        layer = self._layers[-1]
        layer.link = (len(layer.sink), address)

    def end_link(self) -> None:
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

    def finish(self) -> None:
        while len(self._layers) > 1:
            self._pop("")
        self.end_link()

    def _layer_of(self, name: str) -> int | None:
        for at in range(len(self._layers) - 1, -1, -1):
            if self._layers[at].opened.get(name):
                return at
        return None

    def _pop(self, tail: str) -> None:
        self.end_link()
        layer = self._layers.pop()
        held = "".join(layer.sink) + tail
        if layer.is_own and held:
            self.hidden.append(held)
