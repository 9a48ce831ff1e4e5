"""The words in a tag itself, which readers don't see as text: those of its attributes, and the tag
as it is written where readers should know it."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from turbohtml import unescape

from core.moderation.html_attributes import ADDRESSED, ATTRIBUTES, BARE, WORDED
from core.moderation.html_names import ACTIVE, UNSEEN_CODE

_WITH_VALUE = re.compile(r"""(?<![^\s"'<>/=])([^\s"'<>/=]++)\s*+=""")
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSPACED = frozenset({"id", "name"})  # no author of a real tag writes a space in them
_WORDS_OF_AN_ADDRESS = 3


def bare_strays(values: Mapping[str, str], source: str) -> list[str]:
    """Words where attributes belong: names without a value that no author of a real tag writes."""
    strays = [name for name, value in values.items() if not value and name not in BARE]
    if not strays:
        return []
    with_value = {name.lower() for name in _WITH_VALUE.findall(source)}
    return [name for name in strays if name not in with_value]


def pieces_of(name: str, source: str, values: Mapping[str, str]) -> list[str]:
    """What is hidden in a known tag, each by itself. A tag that runs code is shown together with
    what it holds, so it is none of the pieces."""
    strays = _strays(values, source)
    is_active = name in ACTIVE or any(key.startswith("on") for key in values)
    is_shown = bool(strays or is_active) and name not in UNSEEN_CODE
    found = [unescape(source)] if is_shown else []
    if len(_WORD.findall(" ".join(strays))) > 1:
        found.append(" ".join(strays))
    found += _worded(values, is_shown=is_shown)
    found += [
        values[key]
        for key in ADDRESSED
        if len(_WORD.findall(unquote(values.get(key, "")))) >= _WORDS_OF_AN_ADDRESS
    ]
    return found


def _strays(values: Mapping[str, str], source: str) -> list[str]:
    """Names and values that no author of a real tag writes, in their order."""
    bare = bare_strays(values, source)
    found: list[str] = []
    for name, value in values.items():
        if name in bare:
            found.append(name)
        elif value and _is_stray(name):
            found += [name, value]
    return found


def _is_stray(name: str) -> bool:
    return name not in ATTRIBUTES and not name.startswith("on") and not {"-", ":"} & set(name)


def _worded(values: Mapping[str, str], *, is_shown: bool) -> list[str]:
    """What is shown with its tag already is repeated only if it is words."""
    found = [values[key] for key in WORDED if values.get(key)]
    for key, value in values.items():
        is_sentence = (key.startswith("data-") or key in _UNSPACED) and " " in value.strip()
        if is_sentence and len(_WORD.findall(value)) > 1:
            found.append(value)
    return [value for value in found if not is_shown or _WORD.search(value)]
