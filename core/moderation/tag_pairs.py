"""Opening and closing tags share one fate: both become layout, or both stay in sight.

A tag with attributes of its own (`style`, `onclick`) goes like a plain one once it is closed: what
it holds is read all the same. Alone it stays, and so do both tags where an attribute has words that
readers get (`title`, `alt`).
"""

import re

# Put into a closing tag that stays, so that later steps of the cleaning don't take it for a plain
# one. NUL never comes through the cleaning, so that it ends the mark as well.
KEPT_CLOSING = "\x00"

_NAMES = "p|div|blockquote|pre|ul|ol|li|i|b|em|strong|u|s|code|span|sub|sup|a"
_TAG = re.compile(rf"<(/?)({_NAMES})((?:[\s/][^<>]*+)?)>", re.IGNORECASE)
_WORDS = re.compile(r"(?<![\w-])(?:title|alt|aria-label)\s*+=", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""(?<![\w-])href\s*+=\s*+("[^"<>]*+"|'[^'<>]*+'|[^\s"'<>]++)""", re.IGNORECASE
)


def with_paired_tags(text: str, plain: re.Pattern[str]) -> str:
    """The text with each closed pair of tags made plain or marked to stay. `plain` matches the
    attributes that a plain tag may have. One scan, whatever the text."""
    tags = list(_TAG.finditer(text))
    changed: dict[int, str] = {}
    opened: dict[str, list[int]] = {}
    for place, tag in enumerate(tags):
        slash, name = tag[1], tag[2].lower()
        waiting = opened.setdefault(name, [])
        if not slash:
            if name == "a" and waiting:  # a link holds no other: the second one ends the first
                _close(tags, waiting.pop(), None, changed, plain)
                changed[place] = f"</a>{tag[0]}"
            waiting.append(place)
        elif waiting:
            _close(tags, waiting.pop(), place, changed, plain)
    pieces, at = [], 0
    for place, tag in enumerate(tags):
        pieces += [text[at : tag.start()], changed.get(place, tag[0])]
        at = tag.end()
    return "".join([*pieces, text[at:]])


def _close(
    tags: list[re.Match[str]],
    start: int,
    end: int | None,
    changed: dict[int, str],
    plain: re.Pattern[str],
) -> None:
    name, attributes = tags[start][2], tags[start][3].rstrip("/ \t\n")
    address = _ADDRESS.search(attributes) if name.lower() == "a" else None
    own = attributes.replace(address[0], "") if address else attributes
    if plain.fullmatch(own.rstrip()):
        return
    if _WORDS.search(attributes):
        if end is not None:
            changed[end] = f"<{KEPT_CLOSING}{tags[end][0][1:]}"
        return
    before = "</a>" if changed.get(start, "").startswith("</a>") else ""
    changed[start] = f"{before}<{name} href={address[1]}>" if address else f"{before}<{name}>"
