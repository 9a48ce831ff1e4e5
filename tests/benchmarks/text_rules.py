"""How long text rules take over the past, and with texts and patterns that make others hang:
`python -m tests.benchmarks.text_rules 100000` (comments)."""

import os
import random
import re
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from core.inference.text.rule_matcher import RuleMatcher
from core.moderation.policies import TextRule
from tests.benchmarks.measured import print_table, rss_mb
from tests.factories_text_rules import text_rule

T = TypeVar("T")
SEED = 72
WORDS, LINKS, PATTERNS = 700, 200, 100
VOCABULARY = 20_000
COMMENT_WORDS = (5, 80)
STYLED_SHARE = 0.1
"""Comments with a character outside ASCII: quotation marks, accents, emoji."""
SLOW_ELSEWHERE = ("(a+)+$", "(a|aa)+$", "a(a|a?)+$", r"(\w+\s?)*$x", "(.*a){20}x")
HOSTILE_CHARS = 50_000
PYTHON_CHARS = 24
"""So few letters are enough for Python's `re`: each one more doubles its time."""


def main(count: int) -> None:
    chance = random.Random(SEED)
    vocabulary = [word(chance) for _ in range(VOCABULARY)]
    texts = [comment(chance, vocabulary) for _ in range(count)]
    before = rss_mb(os.getpid())
    rules = rules_of(chance, vocabulary)
    compiled_s, matcher = timed(lambda: RuleMatcher(rules))
    matched_s, matches = timed(lambda: sum(bool(matcher.fired(text)) for text in texts))
    grown = rss_mb(os.getpid()) - before
    one = {}
    for kind, rule in (("word", rules[0]), ("link", rules[WORDS]), ("pattern", rules[-1])):
        alone = RuleMatcher([rule])
        one[kind] = round(timed(lambda alone=alone: [alone.fired(each) for each in texts])[0], 2)
    hostile = RuleMatcher([text_rule(pattern, "pattern") for pattern in SLOW_ELSEWHERE])
    text = "a" * HOSTILE_CHARS + "!"
    print_table(
        {
            "benchmark": "text-rules",
            "command": f"python -m tests.benchmarks.text_rules {count}",
            "comments": count,
            "rules": {"word": WORDS, "link": LINKS, "pattern": PATTERNS},
            "compiled_cpu_s": round(compiled_s, 2),
            "all_rules_cpu_s": round(matched_s, 1),
            "comments_a_cpu_second": round(count / matched_s),
            "matched_share": round(matches / count, 3),
            "memory_mb": round(grown),
            "one_rule_cpu_s": one,
            f"patterns_slow_elsewhere_on_{HOSTILE_CHARS}_letters_ms": round(
                timed(lambda: hostile.matches(text))[0] * 1e3
            ),
            f"python_re_on_{PYTHON_CHARS}_letters_ms": round(
                timed(lambda: re.search("(a+)+$", "a" * PYTHON_CHARS + "!"))[0] * 1e3
            ),
        }
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU time, so that a busy machine measures the same."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def word(chance: random.Random) -> str:
    return "".join(chance.choices("etaoinshrdlucmfwypvbgkqjxz", k=chance.randint(3, 10)))


def comment(chance: random.Random, vocabulary: list[str]) -> str:
    """Few words are frequent, as in a language."""
    length = chance.randint(*COMMENT_WORDS)
    words = [vocabulary[int(VOCABULARY * chance.random() ** 3)] for _ in range(length)]
    if chance.random() < STYLED_SHARE:
        words[0] = f"“{words[0]}” é 🙂"
    if chance.random() < STYLED_SHARE:
        words.append(f"https://www.{words[-1]}.example/{words[0]}")
    return " ".join(words).capitalize() + "."


def rules_of(chance: random.Random, vocabulary: list[str]) -> list[TextRule]:
    """Mostly of rare words, as rules are."""
    rare = list(dict.fromkeys(vocabulary[VOCABULARY // 2 :]))
    chosen = chance.sample(rare, WORDS + LINKS + PATTERNS)
    words, links = chosen[:WORDS], chosen[WORDS : WORDS + LINKS]
    return [
        *map(text_rule, words),
        *(text_rule(f"{each}.example", "link") for each in links),
        *(text_rule(rf"\b{each}\s+\w+\d*", "pattern") for each in chosen[WORDS + LINKS :]),
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]))
