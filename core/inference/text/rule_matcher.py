"""Which text rules of a policy a comment matches, and where. Pure, though it keeps compiled rules.

It reads the comment's readable text, which a reader and the model get: `clean_text`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.inference.text.form import readings
from core.inference.text.word_view import GAP, ROW, SOFT, WordView, word_views, words_of
from core.moderation.links import domains_above, links_in
from core.moderation.masking import TextSpan
from core.moderation.policies import TextRule
from core.moderation.re2_patterns import PatternSet
from core.moderation.text_rules import TextRuleKind

_SHORTEST_INSIDE = 5
"""Letters of a word that is found within a longer row of single letters; a shorter one is the whole
row."""
_BETWEEN_LETTERS = f"[{SOFT}{ROW}]*"
_BETWEEN_WORDS = f"[{GAP}{SOFT}{ROW}]"
# Written without gaps between words, so that a word may stand anywhere.
_UNSPACED = re.compile(
    "CJK|HIRAGANA|KATAKANA|BOPOMOFO|THAI|LAO|KHMER|MYANMAR|TIBETAN|JAVANESE|HALFWIDTH KATAKANA"
)
_KEPT = 8
"""Sets of rules that stay compiled: those in force, and of a few drafts."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule with the parts of the text that it matched, in order. `spans` may be empty: a pattern
    can match in the model's reading alone, which has other places."""

    rule: TextRule
    spans: tuple[TextSpan, ...]

    def words(self, text: str) -> tuple[str, ...]:
        """The matched parts, each once."""
        return tuple(dict.fromkeys(text[span.start : span.end] for span in self.spans))


class RuleMatcher:
    """The compiled text rules of one policy. Threads may share it."""

    def __init__(self, rules: Sequence[TextRule]) -> None:
        self._rules = tuple(rules)
        kinds: dict[TextRuleKind, list[TextRule]] = defaultdict(list)
        for rule in rules:
            kinds[rule.kind].append(rule)
        self._words, self._patterns = kinds[TextRuleKind.WORD], kinds[TextRuleKind.PATTERN]
        self._word_set = PatternSet([word_pattern(rule.text) for rule in self._words])
        self._pattern_set = PatternSet([rule.text for rule in self._patterns])
        self._domains: dict[str, list[TextRule]] = defaultdict(list)
        for rule in kinds[TextRuleKind.LINK]:
            self._domains[rule.text].append(rule)

    def fired(self, text: str) -> tuple[TextRule, ...]:
        """The rules that the readable text matches, in the policy's order."""
        if not self._rules:
            return ()
        found: set[str] = set()
        if self._words:
            for view in word_views(text):
                found.update(self._words[n].id for n in self._word_set.matching(view.text))
        if self._patterns:
            for way in _ways(text):
                found.update(self._patterns[n].id for n in self._pattern_set.matching(way))
        if self._domains:
            found.update(rule.id for rule, _ in self._links(text))
        return tuple(rule for rule in self._rules if rule.id in found)

    def matches(self, text: str) -> tuple[RuleMatch, ...]:
        """As `fired`, with the places in the text."""
        spans: dict[str, set[TextSpan]] = {rule.id: set() for rule in self.fired(text)}
        if not spans:
            return ()
        for view in word_views(text):
            for number, rule in enumerate(self._words):
                if rule.id in spans:
                    spans[rule.id].update(_places(self._word_set, number, view))
        for number, rule in enumerate(self._patterns):
            if rule.id in spans:
                spans[rule.id].update(TextSpan(*p) for p in self._pattern_set.places(number, text))
        for rule, span in self._links(text):
            spans[rule.id].add(span)
        return tuple(
            RuleMatch(rule, tuple(sorted(spans[rule.id])))
            for rule in self._rules
            if rule.id in spans
        )

    def _links(self, text: str) -> Iterator[tuple[TextRule, TextSpan]]:
        if not self._domains:
            return
        for link in links_in(text):
            for domain in domains_above(link.host):
                for rule in self._domains.get(domain, ()):
                    yield rule, TextSpan(link.start, link.end)


@lru_cache(maxsize=_KEPT)
def matcher_of(rules: tuple[TextRule, ...]) -> RuleMatcher:
    """The matcher of these rules, which are compiled once."""
    return RuleMatcher(rules)


def word_pattern(text: str) -> str:
    """The pattern by which a rule's words are found in a `WordView`; its group are the words."""
    words = words_of(text)
    letters = "".join(word for word, _ in words)
    if not letters:
        return "[^\\x00-\\x{10FFFF}]"  # nothing: it folds to nothing that can be read
    edges = f"{GAP}{SOFT}{ROW}" if len(letters) >= _SHORTEST_INSIDE else f"{GAP}{SOFT}"
    pieces = []
    for number, (word, may_join) in enumerate(words):
        if number:
            pieces.append(f"{_BETWEEN_WORDS}{'*' if may_join else '+'}")
        pieces.append(_BETWEEN_LETTERS.join(word))
    before, after = (
        "" if _UNSPACED.match(unicodedata.name(char, "")) else f"[{edges}]"
        for char in (letters[0], letters[-1])
    )
    return f"{before}({''.join(pieces)}){after}"


def _places(words: PatternSet, number: int, view: WordView) -> Iterator[TextSpan]:
    for start, end in words.places(number, view.text):
        yield view.span(start, end)


def _ways(text: str) -> Iterator[str]:
    """The text itself and the model's readings of it."""
    yield text
    for reading in readings(text):
        if reading != text:
            yield reading
