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
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
_WORDS = frozenset({"title", "alt", "aria-label"})


def with_paired_tags(text: str) -> str:
    """The text with each closed pair of tags made plain or marked to stay. One scan, whatever the
    text."""
    tags = list(_TAG.finditer(text))
    changed: dict[int, str] = {}
    opened: dict[str, list[int]] = {}
    for place, tag in enumerate(tags):
        slash, name = tag[1], tag[2].lower()
        waiting = opened.setdefault(name, [])
        if not slash:
            if name == "a" and waiting:  # a link holds no other: the second one ends the first
                _close(tags, waiting.pop(), None, changed)
                changed[place] = f"</a>{tag[0]}"
            waiting.append(place)
        elif waiting:
            _close(tags, waiting.pop(), place, changed)
    pieces, at = [], 0
    for place, tag in enumerate(tags):
        pieces += [text[at : tag.start()], changed.get(place, tag[0])]
        at = tag.end()
    return "".join([*pieces, text[at:]])


def _close(tags: list[re.Match[str]], start: int, end: int | None, changed: dict[int, str]) -> None:
    name, attributes = tags[start][2], _attributes(tags[start][3])
    if _WORDS & attributes.keys():
        if end is not None:
            changed[end] = f"<{KEPT_CLOSING}{tags[end][0][1:]}"
        return
    before = "</a>" if changed.get(start, "").startswith("</a>") else ""
    address = attributes.get("href") if name.lower() == "a" else None
    changed[start] = f"{before}<{name} href={address}>" if address else f"{before}<{name}>"


def _attributes(text: str) -> dict[str, str]:
    """Values with their quotes; of two of one name the first counts, as in a browser."""
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        found.setdefault(attribute[1].lower(), attribute[2] or "")
    return found
