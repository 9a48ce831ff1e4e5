"""Judges of the properties of boxes: whether they are drawn, where, and what is cut off."""

from collections.abc import Mapping

from core.moderation.html_names import names_in
from core.moderation.style_judges import FAINT, FROM_PAGE, Judge, Sight
from core.moderation.style_values import Tokens, number_of, pixels_of, word_of

_FAR, _NEAR = 999, 99
_DISPLAYS = names_in(
    "block inline inline-block flow flow-root list-item flex inline-flex grid inline-grid table "
    "inline-table table-row table-cell table-row-group table-header-group table-footer-group "
    "table-caption contents ruby run-in math -webkit-box -webkit-inline-box -webkit-flex"
)
# Inside them nothing is drawn.
_UNDRAWN = frozenset({"none", "table-column", "table-column-group"})


def judge_display(value: Tokens) -> Sight | None:
    word = word_of(value)
    if word in _UNDRAWN:
        return Sight.HIDES
    is_known = word in FROM_PAGE or _DISPLAYS.issuperset(map(word_of, ([part] for part in value)))
    return Sight.SHOWS if is_known else None


def judge_position(value: Tokens) -> Sight | None:
    """Out of the line, the words around it are read as one."""
    is_in_line = word_of(value) in FROM_PAGE | {"static", "relative", "sticky", "none"}
    return Sight.NONE if is_in_line else Sight.IN_DOUBT


def judge_layer(value: Tokens) -> Sight | None:
    """What lies behind may be covered."""
    height = number_of(value[0]) if len(value) == 1 else None
    return Sight.NONE if height is None or height >= 0 else Sight.IN_DOUBT


def judge_opacity(value: Tokens) -> Sight | None:
    if word_of(value) in FROM_PAGE:
        return Sight.NONE
    share = number_of(value[0]) if len(value) == 1 else None
    if share is None:
        return None
    if share <= 0:
        return Sight.HIDES
    return Sight.NONE if share >= FAINT else Sight.IN_DOUBT


def judge_offset(value: Tokens) -> Sight | None:
    """Of a distance by which words are moved."""
    found = [pixels_of(token) for token in value]
    if any(pixels is not None and abs(pixels) >= _FAR for pixels in found):
        return Sight.HIDES
    if any(pixels is not None and not pixels > -_NEAR for pixels in found):
        return Sight.IN_DOUBT
    return Sight.NONE


def judge_clip(value: Tokens) -> Sight | None:
    """`rect(0, 0, 0, 0)` and the like."""
    if word_of(value) in FROM_PAGE | {"auto", "none"}:
        return Sight.NONE
    edges = _arguments(value, "rect")
    is_empty = len(edges) == 4 and (edges[0] >= edges[2] or edges[1] <= edges[3])
    return Sight.HIDES if is_empty else Sight.IN_DOUBT


def judge_clip_path(value: Tokens) -> Sight | None:
    if word_of(value) in FROM_PAGE | {"none"}:
        return Sight.NONE
    inset = [share for share in _shares(value, "inset") if share is not None]
    radius = _arguments(value, "circle") or _arguments(value, "ellipse")
    # From both sides, half of it each.
    is_empty = bool(inset) and min(inset) >= 0.5
    return Sight.HIDES if is_empty or (radius and radius[0] <= 0) else Sight.IN_DOUBT


def judge_transform(value: Tokens) -> Sight | None:
    if word_of(value) in FROM_PAGE | {"none"}:
        return Sight.NONE
    for token in value:
        if token.type != "function":
            continue
        name = token.lower_name
        shares = [share for share in _shares([token], name) if share is not None]
        if name in {"scale", "scalex", "scaley", "scale3d"} and 0 in shares[:2]:
            return Sight.HIDES
        if (
            name.startswith("translate")
            and max(map(abs, _arguments([token], name)), default=0) >= _FAR
        ):
            return Sight.HIDES
    return Sight.IN_DOUBT


def judge_scale(value: Tokens) -> Sight | None:
    shares = [number_of(token) for token in value]
    if word_of(value) in FROM_PAGE | {"none"} or shares == [1]:
        return Sight.NONE
    return Sight.HIDES if 0 in shares[:2] else Sight.IN_DOUBT


def judge_filter(value: Tokens) -> Sight | None:
    if word_of(value) in FROM_PAGE | {"none"}:
        return Sight.NONE
    shares = _shares(value, "opacity")
    is_clear = any(share is not None and share <= 0 for share in shares)
    return Sight.HIDES if is_clear else Sight.IN_DOUBT


def judge_content_visibility(value: Tokens) -> Sight | None:
    word = word_of(value)
    return Sight.HIDES if word == "hidden" else Sight.NONE if word in {"visible", "auto"} else None


def _inside(value: Tokens, name: str) -> Tokens:
    return [
        part
        for token in value
        if token.type == "function" and token.lower_name == name
        for part in token.arguments
        if part.type not in {"whitespace", "comment", "literal"}
    ]


def _arguments(value: Tokens, name: str) -> list[float]:
    found = [pixels_of(part) for part in _inside(value, name)]
    return [pixels for pixels in found if pixels is not None]


def _shares(value: Tokens, name: str) -> list[float | None]:
    return [number_of(part) for part in _inside(value, name)]


BOX_JUDGES: Mapping[str, Judge] = {
    "display": judge_display,
    "position": judge_position,
    "float": judge_position,
    "z-index": judge_layer,
    "opacity": judge_opacity,
    "content-visibility": judge_content_visibility,
    "clip": judge_clip,
    "clip-path": judge_clip_path,
    "-webkit-clip-path": judge_clip_path,
    "filter": judge_filter,
    "-webkit-filter": judge_filter,
    "transform": judge_transform,
    "-webkit-transform": judge_transform,
    "scale": judge_scale,
    **dict.fromkeys(("translate", "text-indent", "left", "right", "top", "bottom"), judge_offset),
    **dict.fromkeys(("inset", "margin", "margin-left", "margin-right"), judge_offset),
    **dict.fromkeys(("margin-top", "margin-bottom"), judge_offset),
}
