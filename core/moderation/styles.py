"""What the `style` of an element does to the sight of its words, read as a browser reads it.

Only what the style itself tells is certain. Whatever else may hide words (pale letters, a property
that is not known to be harmless) leaves the sight of them in doubt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import tinycss2

from core.moderation.html_names import names_in
from core.moderation.style_box_judges import BOX_JUDGES
from core.moderation.style_judges import Sight
from core.moderation.style_letter_judges import LETTER_JUDGES
from core.moderation.style_sight import StyleSight
from core.moderation.style_values import Tokens, are_alike, colors_in, depends_on_page, word_of

_JUDGES = {**LETTER_JUDGES, **BOX_JUDGES}
# What they hide, an element inside may show again.
_INHERITED = {
    "visibility": "visibility",
    "font-size": "font-size",
    "color": "color",
    "-webkit-text-fill-color": "color",
}
_HARMLESS = names_in(
    "accent-color align-content align-items align-self aspect-ratio background-attachment "
    "background-clip background-origin background-position background-repeat background-size "
    "border-collapse border-spacing box-decoration-break box-shadow box-sizing caption-side "
    "caret-color clear color-scheme column-count column-gap column-rule column-width columns "
    "content cursor direction empty-cells flex flex-basis flex-grow flex-shrink flex-wrap gap "
    "hyphens image-rendering justify-content justify-items justify-self line-break object- fit "
    "object-position orphans overflow-anchor overflow-wrap pointer-events quotes resize row-gap "
    "scroll-behavior tab-size table-layout text-align text-align-last text-combine-upright "
    "text-decoration text-justify text-rendering text-shadow text-size- adjust text-transform "
    "text-underline-offset text-underline-position text-wrap touch-action unicode-bidi user- "
    "select vertical-align white-space widows will-change word-break word- wrap min-height min- "
    "width max-height max-width height width overflow overflow-x overflow-y text-overflow"
)
_HARMLESS_STARTS = (
    "--",
    "border",
    "break-",
    "font-",
    "list-style",
    "mso-",
    "outline",
    "padding",
    "page-break-",
    "scroll-",
    "tab-stops",
    "text-decoration-",
    "text-emphasis",
    "text-stroke",
    "transition",
    "white-space-",
)
_SIDES = ("left", "right", "top", "bottom", "inset")
_LENGTHS = ("width", "height", "max-width", "max-height", "text-indent")
# Longer ones are not read: nobody writes them by hand.
_LONGEST_STYLE = 1_000
_KEPT_STYLES = 4_096


@dataclass(frozen=True, slots=True)
class _Declared:
    value: Tokens
    effect: Sight
    is_important: bool


@lru_cache(_KEPT_STYLES)
def sight_of(style: str) -> StyleSight:
    """Of an element's `style` attribute; what is no CSS has no effect."""
    if len(style) > _LONGEST_STYLE:
        return StyleSight(is_in_doubt=True)
    found = _declared(style)
    effects = {name: each.effect for name, each in found.items()}
    effects |= _together(found)
    hiding = [name for name, effect in effects.items() if effect is Sight.HIDES]
    firm = [name for name in hiding if name not in _INHERITED]
    return StyleSight(
        hides="element" if firm else _INHERITED[hiding[0]] if hiding else None,
        is_in_doubt=Sight.IN_DOUBT in effects.values(),
        shows=frozenset(
            _INHERITED.get(name, name) for name, effect in effects.items() if effect is Sight.SHOWS
        ),
    )


def _declared(style: str) -> dict[str, _Declared]:
    """The declaration of each property that counts: the last valid one, or the last one that is
    important."""
    found: dict[str, _Declared] = {}
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration":
            continue
        value = [part for part in node.value if part.type not in {"whitespace", "comment"}]
        name = "font-size" if node.lower_name == "font" else node.lower_name
        effect = _effect(node.lower_name, value) if value else None
        before = found.get(name)
        if effect and not (before and before.is_important and not node.important):
            found[name] = _Declared(value, effect, node.important)
    return found


def _effect(name: str, value: Tokens) -> Sight | None:
    judge = _JUDGES.get(name)
    if judge:
        return Sight.IN_DOUBT if depends_on_page(value) else judge(value)
    bare = name.removeprefix("-webkit-").removeprefix("-moz-").removeprefix("-ms-")
    is_harmless = bare in _HARMLESS or bare.startswith(_HARMLESS_STARTS)
    return Sight.NONE if is_harmless else Sight.IN_DOUBT


def _together(found: Mapping[str, _Declared]) -> dict[str, Sight]:
    """The effects of properties that depend on each other."""
    words = {name: word_of(each.value) for name, each in found.items()}
    changed: dict[str, Sight] = {}
    position = words.get("position", "static")
    if position in {"static", "inherit", "initial", "unset"}:
        changed |= {name: Sight.NONE for name in (*_SIDES, "clip") if name in found}
    cut = {"overflow", "overflow-x", "overflow-y"} & found.keys()
    if any(set(_words(found[name].value)) & {"hidden", "clip"} for name in cut) and any(
        name in found for name in _LENGTHS
    ):
        changed["overflow"] = Sight.IN_DOUBT
    clip = {"background-clip", "-webkit-background-clip"} & found.keys()
    if "text-shadow" in found or any("text" in _words(found[name].value) for name in clip):
        # The shadow or the ground is drawn in the form of the letters.
        for name in ("color", "-webkit-text-fill-color"):
            if name in found and found[name].effect is Sight.HIDES:
                changed[name] = Sight.IN_DOUBT
    return changed | _of_ground(found)


def _of_ground(found: Mapping[str, _Declared]) -> dict[str, Sight]:
    """Letters in a color of their own, on a ground of their own."""
    grounds = [
        color
        for name in ("background", "background-color")
        if name in found
        for color in colors_in(found[name].value)
        if color[3] >= 0.5
    ]
    colors = colors_in(found["color"].value) if "color" in found else []
    if not grounds or not colors or found["color"].effect is Sight.HIDES:
        return {}
    is_read = not any(are_alike(colors[0], ground) for ground in grounds)
    names = {"color", "background", "background-color"} & found.keys()
    return dict.fromkeys(names, Sight.NONE if is_read else Sight.IN_DOUBT)


def _words(value: Tokens) -> list[str]:
    return [token.lower_value for token in value if token.type == "ident"]
