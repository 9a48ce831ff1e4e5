"""Whether readers see what an element of HTML holds, by its name, its attributes and its style."""

import re
from collections.abc import Mapping
from dataclasses import replace

from core.moderation.html_names import APART, CLOSED, UNSEEN, UNSEEN_CODE, UNSEEN_FOREIGN, names_in
from core.moderation.style_sight import StyleSight

Values = Mapping[str, str]
_SEEN = StyleSight()
# Parts of class names by which frameworks hide something; what a page makes of them is not known.
_HIDING_PARTS = names_in(
    "assistive collapse collapsed hid hidden hide hides invis invisible kbdonly none noshow "
    "offscreen opacity reader screenreader spoiler sr transparent unseen visuallyhidden white"
)
_CLASS_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_NAME = re.compile(r"[\w-]+")
# By its place, by an attribute, all of them, or by a name with an escape in it.
_SELECTS_UNNAMED = re.compile(r"[*\[\\]|:[a-z-]*(?:child|of-type|not|is|where|has|empty|root)")
_EVERY = "*"
_COLOR = re.compile(r"#?\w+")
_HEX_COLOR = re.compile(r"[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")


def element_sight(
    name: str, values: Values, *, is_foreign: bool = False, selected: frozenset[str] = frozenset()
) -> StyleSight:
    """`is_foreign`: it stands inside `svg` or `math`. `selected` has the words in the style sheets
    that come with it."""
    if name in UNSEEN_CODE:
        return StyleSight("element")
    found = _styled(name, values)
    if name in UNSEEN or (is_foreign and name in UNSEEN_FOREIGN) or _is_closed(name, values):
        if "display" in found.shows:
            return replace(found, is_in_doubt=True)
        return replace(found, hides="details" if name == "details" else "element")
    if name == "summary":
        found = replace(found, shows=found.shows | {"details"})
    if _is_apart(name, values) or (selected and _is_selected(name, values, selected)):
        return replace(found, is_in_doubt=True)
    return found


def words_of_sheet(sheet: str) -> frozenset[str]:
    """What an element is called by that the style sheet may hide."""
    words = frozenset(_NAME.findall(sheet.lower()))
    return words | {_EVERY} if _SELECTS_UNNAMED.search(sheet) else words


def _is_apart(name: str, values: Values) -> bool:
    if name in APART:
        return name != "object" or "data" in values
    names = values.get("class", "")
    return any(part.lower() in _HIDING_PARTS for part in _CLASS_PART.findall(names))


def _is_selected(name: str, values: Values, selected: frozenset[str]) -> bool:
    names = f"{values.get('class', '')} {values.get('id', '')}".lower().split()
    return not selected.isdisjoint((_EVERY, name, *names))


def _styled(name: str, values: Values) -> StyleSight:
    if not values:
        return _SEEN
    style = values.get("style", "")
    color = values.get("color", "") if name == "font" else ""
    if color and _COLOR.fullmatch(color):
        style = f"color:{'#' * bool(_HEX_COLOR.fullmatch(color))}{color};{style}"
    if not style:
        return _SEEN
    from core.moderation.styles import sight_of  # its parser takes 25 ms to import

    return sight_of(style)


def _is_closed(name: str, values: Values) -> bool:
    if name in CLOSED:
        return "open" not in values
    return "hidden" in values or "popover" in values
