"""The texts of one language, with numbers and times in its own form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_DOWN, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from core.moderation.languages import ENGLISH

LANGUAGES = ("en", "de", "fr", "nl", "es", "pt")
"""Those that authors can read, as codes of ISO 639; each is a folder beside this file."""
STAFF_LANGUAGES = ("en", "de", "fr")
"""Those that the staff's pages can be read in, too."""
_AUTHOR_FILE = "author.toml"
_FRENCH = "fr"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Texts:
    """`sentences` are those of the language's files by their place: `headline.removed` in
    `author.toml`, `backends.circuit.open` in `backends.toml`, a file for the staff's pages."""

    language: str
    sentences: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        """The sentence, with the values in place of the names in braces. Raises KeyError."""
        return self.sentences[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.sentences

    def count(self, key: str, number: int, **values: str) -> str:
        """The sentence about so many things, `{count}`: one of two, by the number. (French counts
        none as it counts one; the other languages as they count several.)"""
        form = "one" if number == 1 or (number == 0 and self.language == _FRENCH) else "other"
        return self.say(f"{key}.{form}", count=self.number(number), **values)

    def number(self, number: int) -> str:
        """A whole number with its thousands apart."""
        return f"{number:,}".replace(",", self.sentences["form.thousands"])

    def decimal(self, value: float, digits: int) -> str:
        """A number with so many digits after the decimal sign, its thousands apart."""
        whole, _, rest = f"{value:,.{digits}f}".partition(".")
        sign = self.sentences["form.decimal"] if rest else ""
        return whole.replace(",", self.sentences["form.thousands"]) + sign + rest

    def figure(self, score: float) -> str:
        """A score or threshold with two digits; cut, not rounded: 0.969 must not look as if it
        reached 0.97."""
        cut = Decimal(repr(score)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
        return str(cut).replace(".", self.sentences["form.decimal"])

    def time(self, moment: datetime, zone: tzinfo) -> str:
        """A time in that zone, with the zone's name."""
        local = moment.astimezone(zone)
        is_first = local.day == 1
        return self.say(
            "form.date_time",
            day=self.sentences["form.first_day"] if is_first else str(local.day),
            month=self.sentences[f"month.{local.month}"],
            year=str(local.year),
            hour=f"{local:%H}",
            minute=f"{local:%M}",
            zone=_zone_name(local),
        )

    def language_name(self, code: str) -> str:
        """What a language is called in this one."""
        found = self.sentences.get(f"language_name.{code}")
        return self.sentences["no_scores.other_language"] if found is None else found


def _zone_name(local: datetime) -> str:
    """`CEST`, or `UTC-3` for a zone that has only a number: `-03` after a time reads as a span."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset() or timedelta()
    hours, rest = divmod(abs(offset), _HOUR)
    minutes = f":{rest // timedelta(minutes=1):02d}" if rest else ""
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{minutes}"


@cache
def texts_in(language: str) -> Texts:
    """What authors read in one of `LANGUAGES`. Raises KeyError for another."""
    if language not in LANGUAGES:
        raise KeyError(language)
    file = files("core.texts").joinpath(language, _AUTHOR_FILE)
    return Texts(language, _flat(tomllib.loads(file.read_text(encoding="utf-8"))))


@cache
def staff_texts_in(language: str) -> Texts:
    """What the staff reads in one of `STAFF_LANGUAGES`, and what authors do. Raises KeyError for
    another."""
    if language not in STAFF_LANGUAGES:
        raise KeyError(language)
    sentences = dict(texts_in(language).sentences)
    for file in files("core.texts").joinpath(language).iterdir():
        if file.name.endswith(".toml") and file.name != _AUTHOR_FILE:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            sentences |= _flat(content, f"{file.name.removesuffix('.toml')}.")
    return Texts(language, sentences)


def english() -> Texts:
    """Those of the console's own language."""
    return texts_in(ENGLISH)


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
