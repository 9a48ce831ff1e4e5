"""Elements and styles that turn text, as the direction controls that stand for them: `bdo`, `bdi`,
`dir` and CSS `unicode-bidi`."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from core.moderation.html_names import LINES, PARAGRAPHS, VOID

_DIRECTIONS = {"rtl": "R", "ltr": "L", "auto": "auto"}
_EMBED = {"R": "\u202b", "L": "\u202a", "auto": "\u202a"}
_ISOLATE = {"R": "\u2067", "L": "\u2066", "auto": "\u2068"}
_OVERRIDE = {"R": "\u202e", "L": "\u202d", "auto": "\u202d"}
_CLOSING = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c")}
_CLOSING |= dict.fromkeys("\u2066\u2067\u2068", "\u2069")
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PROPERTY = re.compile(r"(?:^|;)\s*(unicode-bidi|direction)\s*:\s*(?:-[a-z]+-)?([\w-]+)")
_BLOCKS = PARAGRAPHS | LINES | {"li", "td", "th"}
# Browsers open these again behind the end of the block around them.
_KEPT = frozenset(
    (
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    )
)
_ENDS = {
    **dict.fromkeys(PARAGRAPHS, ("p",)),
    "li": ("li", "p"),
    **dict.fromkeys(("dd", "dt"), ("dd", "dt", "p")),
    **dict.fromkeys(("td", "th"), ("td", "th")),
    "tr": ("td", "th", "tr"),
}
_OF_LISTS = frozenset({"li", "dd", "dt", "td", "th", "tr"})
_LISTS = frozenset({"ul", "ol", "dl", "menu", "dir", "table"})
_DEEPEST = 200
"""Open elements among which an end tag looks for its own; hostile comments have thousands."""
_MOST_REPEATED = 5_000
"""Controls that are written again behind line ends."""


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    direction: str
    opening: str

    @property
    def is_override(self) -> bool:
        return self.opening[-1:] in {"\u202d", "\u202e"}

    def closing(self) -> str:
        if not self.opening:
            return ""
        return "".join(_CLOSING[control] for control in reversed(self.opening))


class OpenElements:
    """The open elements of a comment, about as a browser has them, and what they do to text."""

    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._counts: dict[str, int] = defaultdict(int)
        self._turning: list[_Element] = []
        self._overriding = 0
        self._repeated = 0

    def start(self, name: str, values: Mapping[str, str]) -> str:
        """The controls to write for the start tag."""
        ended = ""
        for other in _ENDS.get(name, ()):
            if self._counts[other]:
                ended += self._close(other)
        if name in VOID:
            return ended
        around = self._open[-1].direction if self._open else "L"
        is_plain = "dir" not in values and "style" not in values
        element = _plain_element(name, around) if is_plain else _element(name, values, around)
        self._push(element)
        return ended + element.opening

    def end(self, name: str) -> str:
        """The controls to write for the end tag."""
        return self._close(name) if self._open and self._counts[name] else ""

    def text(self, text: str) -> str:
        """A line end in the source is a space to a browser. It is kept, as elsewhere, unless it
        stands in a part that is turned as a whole."""
        if not self._turning:
            return text
        if not self._overriding or self._counts["pre"]:
            return self.around_breaks(text)
        return text.replace("\n", " ")

    def around_breaks(self, text: str) -> str:
        """The text with what turns it begun anew behind its line ends: unlike controls, elements do
        not end there."""
        if not self._turning or "\n" not in text or self._repeated > _MOST_REPEATED:
            return text
        opening = "".join(each.opening for each in self._turning)
        closing = "".join(each.closing() for each in reversed(self._turning))
        self._repeated += 2 * len(opening) * text.count("\n")
        return re.sub("\n+", lambda match: closing + match[0] + opening, text)

    def _close(self, name: str) -> str:
        """Ends what is open in the element, too; some of that begins again behind it."""
        if self._open[-1].name == name:
            return self._pop().closing()
        stops = _LISTS if name in _OF_LISTS else frozenset()
        if name not in _BLOCKS and name not in _KEPT:
            stops = _BLOCKS
        reach = self._open[: -_DEEPEST - 1 : -1]
        inner = list(takewhile(lambda one: one.name != name and one.name not in stops, reach))
        if len(inner) == len(reach) or reach[len(inner)].name != name:
            return ""
        has_block = name in _KEPT and any(one.name in _BLOCKS for one in inner)
        kept = [one for one in inner[::-1] if has_block or one.name in _KEPT]
        closed = [self._pop().closing() for _ in range(len(inner) + 1)]
        for one in kept:
            self._push(one)
        return "".join([*closed, *(one.opening for one in kept)])

    def _push(self, element: _Element) -> None:
        self._open.append(element)
        self._counts[element.name] += 1
        if element.opening:
            self._turning.append(element)
            self._overriding += element.is_override

    def _pop(self) -> _Element:
        element = self._open.pop()
        self._counts[element.name] -= 1
        if element.opening:
            self._turning.pop()
            self._overriding -= element.is_override
        return element


@cache
def _plain_element(name: str, around: str) -> _Element:
    return _element(name, {}, around)


def _element(name: str, values: Mapping[str, str], around: str) -> _Element:
    asked = _DIRECTIONS.get(values.get("dir", "").strip().lower(), "")
    if name == "bdi":
        asked = asked or "auto"
    style = values.get("style", "").lower()
    styled = dict(_PROPERTY.findall(_CSS_COMMENT.sub("", style))) if style else {}
    direction = _DIRECTIONS.get(styled.get("direction", ""), asked or around)
    is_isolated = bool(asked) or (name in _BLOCKS and direction != around)
    usual = "isolate-override" if name == "bdo" else "isolate" if is_isolated else ""
    return _Element(name, direction, _opening(styled.get("unicode-bidi", usual), direction))


def _opening(way: str, direction: str) -> str:
    """The controls of a value of `unicode-bidi`."""
    if way == "isolate-override":
        return _ISOLATE[direction] + _OVERRIDE[direction]
    if way == "plaintext":
        return _ISOLATE["auto"]
    controls = {"bidi-override": _OVERRIDE, "embed": _EMBED, "isolate": _ISOLATE}
    return controls[way][direction] if way in controls else ""
