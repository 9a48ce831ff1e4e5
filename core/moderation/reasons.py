"""The clauses of the site's rules that decisions name: their words and translations. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.errors import InvalidPolicy
from core.moderation.cleaning import is_storable
from core.moderation.invisible import is_blank, visible_form
from core.moderation.languages import code_problem

MOST_CODE_CHARS, MOST_TITLE_CHARS, MOST_WORDS_CHARS = 40, 80, 2_000
"""What a new or changed clause may have; older ones stay as they are."""


@dataclass(frozen=True, slots=True)
class ReasonTranslation:
    """A clause in another language than the site's own."""

    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A clause of the site's rules; `text` is quoted to the author word for word, beside the
    translation into their language if there is one."""

    code: str
    title: str
    text: str
    translations: tuple[ReasonTranslation, ...] = ()

    def translation(self, language: str) -> ReasonTranslation | None:
        """The one into that language."""
        return next((one for one in self.translations if one.language == language), None)

    def translated(self, language: str, title: str, text: str) -> "Reason":
        """The clause with that translation; without any if title and text are empty."""
        others = [one for one in self.translations if one.language != language]
        new = [ReasonTranslation(language, title, text)] if title or text else []
        found = sorted([*others, *new], key=lambda one: one.language)
        return replace(self, translations=tuple(found))


def check_reasons(reasons: Sequence[Reason]) -> None:
    """Raises InvalidPolicy naming the first that no removal could be explained with."""
    if not reasons:
        raise InvalidPolicy("a policy needs a reason at least: no removal could be explained")
    for reason in reasons:
        if not all(map(is_readable, (reason.code, reason.title, reason.text))):
            raise InvalidPolicy(
                f"reason {reason.code!r}: code, title and text must not be empty, and must "
                "be text that can be stored"
            )
        _check_translations(reason)
    if repeated := repeated_as_shown(reason.code for reason in reasons):
        raise InvalidPolicy(f"reason {repeated!r} appears twice")


def check_lengths(before: Sequence[Reason], after: Sequence[Reason]) -> None:
    """Raises InvalidPolicy for a new or changed clause that is too long to be shown."""
    for reason in after:
        if reason in before:
            continue
        own = ReasonTranslation("", reason.title, reason.text)
        named = [("code", reason.code, MOST_CODE_CHARS)]
        for words in (own, *reason.translations):
            named += [
                ("title", words.title, MOST_TITLE_CHARS),
                ("text", words.text, MOST_WORDS_CHARS),
            ]
        for what, value, most in named:
            if len(value) > most:
                raise InvalidPolicy(
                    f"reason {reason.code!r}: its {what} has {len(value):,} characters; at most "
                    f"{most:,} are taken"
                )


def _check_translations(reason: Reason) -> None:
    for one in reason.translations:
        name = f"reason {reason.code!r}, translation {one.language!r}"
        if (problem := code_problem(one.language)) is not None:
            raise InvalidPolicy(f"{name}: {problem}")
        if not all(map(is_readable, (one.title, one.text))):
            raise InvalidPolicy(f"{name}: it needs a title and a text that can be stored")
    if repeated := repeated_name(one.language for one in reason.translations):
        raise InvalidPolicy(f"reason {reason.code!r}: translation {repeated!r} appears twice")


def is_readable(words: object) -> bool:
    """Whether it is text that can be stored and shows something."""
    return isinstance(words, str) and is_storable(words) and not is_blank(words)


def repeated_as_shown(names: Iterable[str]) -> str | None:
    """The same of names that people read: case, spaces and what is invisible make no difference."""
    known: set[str] = set()
    for name in names:
        shown = " ".join(visible_form(name).split()).casefold()
        if shown in known:
            return name
        known.add(shown)
    return None


def repeated_name(names: Iterable[str]) -> str | None:
    """One of the names that appear twice; None if all differ."""
    return next((name for name, count in Counter(names).items() if count > 1), None)
