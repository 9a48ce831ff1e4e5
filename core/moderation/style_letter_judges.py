"""Judges of the properties of letters: their size, color and distance, and whether they show."""

from collections.abc import Mapping
from math import isnan

from core.moderation.html_names import names_in
from core.moderation.style_judges import FAINT, FROM_PAGE, Judge, Sight
from core.moderation.style_values import Tokens, color_of, colors_in, number_of, pixels_of, word_of

_PALE, _DARK, _TINY = 0.8, 0.2, 6
_SIZES = names_in("xx-small x-small small medium large x-large xx-large xxx-large")
_RELATIVE_SIZES = frozenset({"smaller", "larger"})
_RELATIVE_UNITS = frozenset({"em", "ex", "ch", "cap", "ic", "lh"})
_SYSTEM_FONTS = names_in("caption icon menu message-box small-caption status-bar")
_SYSTEM_COLORS = names_in(
    "canvas canvastext linktext visitedtext activetext buttonface buttontext field fieldtext "
    "highlight highlighttext mark marktext graytext accentcolor"
)


def judge_visibility(value: Tokens) -> Sight | None:
    word = word_of(value)
    if word in {"hidden", "collapse"}:
        return Sight.HIDES
    if word in {"visible", "initial"}:
        return Sight.SHOWS
    return Sight.NONE if word in FROM_PAGE else None


def judge_font_size(value: Tokens) -> Sight | None:
    word = word_of(value)
    if word in _SIZES or word == "initial":
        return Sight.SHOWS
    if word in FROM_PAGE | _RELATIVE_SIZES:
        return Sight.NONE
    pixels = pixels_of(value[0]) if len(value) == 1 else None
    if pixels is None or pixels < 0:
        return None
    if pixels == 0:
        return Sight.HIDES
    if not pixels >= _TINY:
        return Sight.IN_DOUBT
    is_relative = value[0].type == "percentage" or (
        value[0].type == "dimension" and value[0].lower_unit in _RELATIVE_UNITS
    )
    return Sight.NONE if is_relative else Sight.SHOWS


def judge_font(value: Tokens) -> Sight | None:
    """By the size in the shorthand: the first length in it. A family must follow."""
    if word_of(value) in _SYSTEM_FONTS:
        return Sight.SHOWS
    if word_of(value) in FROM_PAGE:
        return Sight.NONE
    for at, token in enumerate(value):
        is_size = token.type == "ident" and token.lower_value in _SIZES | _RELATIVE_SIZES
        if is_size or pixels_of(token) is not None:
            has_family = value[-1].type in {"ident", "string"} and at < len(value) - 1
            return judge_font_size([token]) if has_family else None
    return None


def judge_color(value: Tokens) -> Sight | None:
    """Of letters. Whether pale ones can be read depends on their ground."""
    word = word_of(value)
    if word in FROM_PAGE or word == "currentcolor":
        return Sight.NONE
    if word in _SYSTEM_COLORS:
        return Sight.IN_DOUBT
    color = color_of(value[0]) if len(value) == 1 else None
    if color is None:
        is_function = len(value) == 1 and value[0].type == "function"
        return Sight.IN_DOUBT if is_function else None
    if color[3] <= 0:
        return Sight.HIDES
    if color[3] < FAINT or any(map(isnan, color)) or min(color[:3]) >= _PALE:
        return Sight.IN_DOUBT
    return Sight.SHOWS


def judge_ground(value: Tokens) -> Sight | None:
    """Letters are dark, unless something else is said of them."""
    grounds = [color for color in colors_in(value) if color[3] >= FAINT]
    is_dark = any(max(color[:3]) <= _DARK for color in grounds)
    return Sight.IN_DOUBT if is_dark else Sight.NONE


def judge_height_of_line(value: Tokens) -> Sight | None:
    """At no height lines lie on each other."""
    size = (number_of(value[0]) or pixels_of(value[0])) if len(value) == 1 else 1
    return Sight.NONE if size is None or size >= 0.3 else Sight.IN_DOUBT


def judge_spacing(value: Tokens) -> Sight | None:
    """Between letters or words: they may lie on each other."""
    pixels = pixels_of(value[0]) if len(value) == 1 else None
    return Sight.NONE if pixels is None or -2 <= pixels <= 50 else Sight.IN_DOUBT


LETTER_JUDGES: Mapping[str, Judge] = {
    "visibility": judge_visibility,
    "font-size": judge_font_size,
    "font": judge_font,
    "color": judge_color,
    "-webkit-text-fill-color": judge_color,
    "background": judge_ground,
    "background-color": judge_ground,
    "line-height": judge_height_of_line,
    "letter-spacing": judge_spacing,
    "word-spacing": judge_spacing,
}
