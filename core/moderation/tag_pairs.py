"""Pairs opening tags with closing tags, so that cleaning drops or keeps both tags of a pair.

A tag with attributes (`style`, `onclick`) that has a closing tag becomes a plain tag, which
cleaning turns into layout or drops: the words inside are read anyway. Without a closing tag it
stays visible. Both tags stay if an attribute contains words that readers see (`title`, `alt`).
"""

import re

# Marks a closing tag that has to stay, so that later steps of the cleaning don't drop it. NUL is
# removed from every text at the end of the cleaning, and the mark with it.
KEPT_CLOSING = "\x00"

_NAMES = "p|div|blockquote|pre|ul|ol|li|i|b|em|strong|u|s|code|span|sub|sup|a"
# A quoted value may contain `<` and `>`. The limits keep the scan linear for hostile texts; a tag
# with a longer value, or whose quote is never closed, ends at the first `>`.
_QUOTED = r"""(?:"[^"]{0,200}+"|'[^']{0,200}+'|(?!["']))"""
_TAG = re.compile(
    rf"<(/?)({_NAMES})((?:[\s/](?:(?:[^<>=]*+=\s*+{_QUOTED}){{0,12}}+[^<>]*+(?=>)|[^<>]*+))?)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
_WORDS = frozenset({"title", "alt", "aria-label"})


def with_paired_tags(text: str) -> str:
    """The text with the attributes of paired tags removed (a link keeps its `href`), or their
    closing tag marked to stay. Takes linear time for every text."""
    tags = list(_TAG.finditer(text))
    changed: dict[int, str] = {}
    opened: dict[str, list[int]] = {}
    for place, tag in enumerate(tags):
        slash, name = tag[1], tag[2].lower()
        waiting = opened.setdefault(name, [])
        if not slash:
            if name == "a" and waiting:  # links can't nest: the second one closes the first
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
    if address:
        inside = address[1:-1] if address[0] in "\"'" else address
        escaped = inside.replace("<", "%3C").replace(">", "%3E")
        address = address.replace(inside, escaped) if inside else address
    changed[start] = f"{before}<{name} href={address}>" if address else f"{before}<{name}>"


def _attributes(text: str) -> dict[str, str]:
    """Attribute values with their quotes, by name in lower case. The first of two with the same
    name is used, as in a browser."""
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        found.setdefault(attribute[1].lower(), attribute[2] or "")
    return found
