"""Values in CSS as a browser computes them, as far as that can be told without the page."""

from collections.abc import Sequence
from typing import Any

from tinycss2.color4 import parse_color

Tokens = Sequence[Any]
"""The parts of a value by tinycss2, without spaces and comments."""
_PIXELS = {
    **{"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945},
    **dict.fromkeys(("em", "rem", "ic", "lh", "rlh"), 16),
    **dict.fromkeys(("ex", "ch", "cap"), 8),
    "%": 0.16,
}
_PER_WINDOW = ("vw", "vh", "vi", "vb", "vmin", "vmax")  # also with s, l or d for its size
_FROM_PAGE = frozenset({"var", "env", "attr", "if"})
_DEEPEST_CALC = 3
UNSURE = float("nan")
"""What depends on the page: it is neither above nor below a limit."""


def word_of(value: Tokens) -> str:
    """The value in small letters if it is a single word, else empty."""
    return str(value[0].lower_value) if len(value) == 1 and value[0].type == "ident" else ""


def depends_on_page(value: Tokens) -> bool:
    left = list(value)
    while left:
        token = left.pop()
        if token.type == "function":
            if token.lower_name in _FROM_PAGE:
                return True
            left += token.arguments
    return False


def number_of(token: Any) -> float | None:
    """A number or a percentage as a share of one; None for anything else."""
    token = _calculated(token)
    if token.type == "number":
        return float(token.value)
    if token.type == "percentage":
        return float(token.value) / 100
    return UNSURE if token.type == "function" else None


def pixels_of(token: Any) -> float | None:
    """A length in pixels, by the default size of letters; a percentage counts as one of that size.
    None for what is no length, as a number without a unit that is not 0."""
    token = _calculated(token)
    if token.type == "number":
        return 0.0 if token.value == 0 else None
    if token.type == "percentage":
        return float(token.value) * _PIXELS["%"]
    if token.type == "dimension":
        unit = token.lower_unit
        factor = 8 if unit.lstrip("sld") in _PER_WINDOW else _PIXELS.get(unit)
        return None if factor is None else float(token.value) * factor
    return UNSURE if token.type == "function" else None


def color_of(token: Any) -> tuple[float, ...] | None:
    """Red, green, blue (each `UNSURE` where the color is not told in these) and opacity, 0..1; None
    if the token is no color that is known."""
    found = parse_color(token)
    if found is None or isinstance(found, str):
        return None
    try:
        parts = tuple(found.to("srgb").coordinates)
    except NotImplementedError:  # lab, lch and their kin
        return UNSURE, UNSURE, UNSURE, float(found.alpha)
    return *(min(1.0, max(0.0, part)) for part in parts), float(found.alpha)


def colors_in(value: Tokens) -> list[tuple[float, ...]]:
    return [color for token in value if (color := color_of(token)) is not None]


def are_alike(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether letters in one color can't be told from a ground in the other one."""
    return max(abs(a - b) for a, b in zip(one[:3], other[:3], strict=True)) < 0.15


def _calculated(token: Any) -> Any:
    """What stands alone in `calc()`."""
    for _ in range(_DEEPEST_CALC):
        if token.type not in {"function", "() block"}:
            break
        inner = token.arguments if token.type == "function" else token.content
        is_calc = token.type != "function" or token.lower_name == "calc"
        kept = [part for part in inner if part.type not in {"whitespace", "comment"}]
        if not is_calc or len(kept) != 1:
            break
        token = kept[0]
    return token
