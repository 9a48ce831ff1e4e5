"""Which words moved a score: the comment is scored again with each part of it taken out, and each
part is scored by itself.

Taking a word out shows nothing where two words would each suffice (the score stays high), and
a word by itself has no context. A part's weight is the mean of both changes: the last and the first
term of its Shapley value. Works over any backend, as it only asks for scores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

from core.errors import BackendError
from core.inference.base import TextResult
from core.inference.explanation.words import Word, only, split_words, without
from core.moderation.scores import Label

Scores = Mapping[Label, float]
Score = Callable[[Sequence[str]], Sequence[TextResult]]

MOST_PARTS = 64
"""Parts looked at, at most; taking one out costs about as much as scoring the comment."""
NOTHING = "."
"""Scored in place of an empty text, which backends treat differently."""
IMPORTANT_SHARE = 0.75
"""Of the heaviest part's weight: the share at which marked words agree best with people's marks."""
_FAINT = 0.05  # a smaller weight explains nothing
_ROUND = 24
_LIGHT = 0.1  # of the heaviest part's weight: lighter neighbours stay one part
_SUSPECTS, _MOST_REMOVED = 4, 3
_MOST_CARRIERS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One word, or neighbouring words of little weight taken together.

    `without` are the comment's scores with the part taken out, `alone` those of the part by itself.
    """

    words: tuple[Word, ...]
    without: Scores
    alone: Scores

    @property
    def start(self) -> int:
        """The index at which its first word begins."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The index at which its last word ends."""
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Remedy:
    """The words without which the decision would be milder, and the scores without them."""

    words: tuple[Word, ...]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Explanation:
    """`scores` are the comment's own, `nothing` those of a text without words.

    `parts` hold each word that was read once, in text order; `unread` more words lie beyond what
    the backend takes in. `remedy` has the fewest words found, three at most; None where there is
    no such set, or nothing to remedy. `carriers` are the words that carry the decision, as taking
    them out shows: without all of them a milder one follows, and with any of them it does not;
    those of the remedy, or more than three; empty where no such set was found.
    """

    scores: Scores
    nothing: Scores
    parts: tuple[Part, ...]
    unread: int
    remedy: Remedy | None
    carriers: tuple[Word, ...] = ()

    def change(self, part: Part, label: Label) -> float:
        """The label's score minus the score without the part."""
        return self.scores[label] - part.without[label]

    def weight(self, part: Part, label: Label) -> float:
        """The weight of the part, -1 to 1: the mean of two changes, the score minus the score
        without the part, and the score of the part alone minus that of a text without words."""
        alone = part.alone[label] - self.nothing[label]
        return (self.change(part, label) + alone) / 2.0

    def shifted(self, offset: int) -> "Explanation":
        """The same with all places moved by `offset`: of the text that this text is a part of."""
        return replace(
            self,
            parts=tuple(replace(part, words=_moved(part.words, offset)) for part in self.parts),
            remedy=self.remedy and replace(self.remedy, words=_moved(self.remedy.words, offset)),
            carriers=_moved(self.carriers, offset),
        )

    def important_parts(self, label: Label, share: float = IMPORTANT_SHARE) -> tuple[Part, ...]:
        """The parts with at least that share of the heaviest part's weight, in text order."""
        heaviest = max((self.weight(part, label) for part in self.parts), default=0.0)
        edge = max(share * heaviest, _FAINT)
        return tuple(part for part in self.parts if self.weight(part, label) >= edge)


def _moved(words: Sequence[Word], offset: int) -> tuple[Word, ...]:
    return tuple(Word(word.start + offset, word.end + offset) for word in words)


def most_variants(parts: int = MOST_PARTS) -> int:
    """The most texts that an explanation of that many parts scores: two for each part, those of the
    search for a remedy, and a text without words."""
    return 2 * parts + sum(comb(_SUSPECTS, size) for size in range(2, _MOST_REMOVED + 1)) + 1


def explain(
    score: Score,
    text: str,
    scores: Scores,
    *,
    labels: Sequence[Label],
    max_words: int,
    passes: Callable[[Scores], bool],
    most_parts: int = MOST_PARTS,
) -> Explanation:
    """Explain the text's `scores` of `labels`, in a handful of batched calls of `score` with
    `most_variants(most_parts)` texts in all, at most.

    `max_words` is how many words the backend reads at most; `passes` tells whether scores lead to a
    milder decision. Raises BackendError when any variant can't be scored.
    """
    every = split_words(text)
    words = every[:max_words]
    is_short = len(words) <= min(2 * _ROUND, most_parts)
    pieces = _split(words, len(words) if is_short else min(_ROUND, most_parts // 2))
    nothing, *others = _scores(score, [NOTHING, *_variants(text, pieces)])
    whole = Explanation(scores, nothing, _parts(pieces, others), len(every) - len(words), None)
    spent = len(pieces)

    def heaviness(part: Part) -> float:
        return max(abs(whole.weight(part, label)) for label in labels)

    while pieces := _refined(whole.parts, heaviness, min(_ROUND, most_parts - spent)):
        spent += len(pieces)
        found = _parts(pieces, _scores(score, _variants(text, pieces)))
        whole = replace(whole, parts=_merged(whole.parts, found))
    if passes(scores):
        return whole
    suspects = _suspects(whole, labels)
    remedy = _remedy(score, text, suspects, passes)
    if remedy is not None:
        return replace(whole, remedy=remedy, carriers=remedy.words)
    # What parts, text without words and remedy have left of the texts one explanation may score.
    room = most_variants(most_parts) - most_variants(spent)
    carriers = _carriers(score, text, suspects, labels, passes, room=room)
    return replace(whole, carriers=carriers)


def _scores(score: Score, texts: Sequence[str]) -> list[Scores]:
    results = score(texts)
    for result in results:
        if result.error is not None:
            raise BackendError(f"a variant of the text was not scored: {result.error}")
    return [result.scores for result in results]


def _variants(text: str, pieces: Sequence[tuple[Word, ...]]) -> list[str]:
    """Two variants for each piece: the text without it, and the piece alone."""
    pairs = ((without(text, piece), only(text, piece)) for piece in pieces)
    return [variant if variant.strip() else NOTHING for pair in pairs for variant in pair]


def _parts(pieces: Sequence[tuple[Word, ...]], scores: Sequence[Scores]) -> tuple[Part, ...]:
    pairs = zip(scores[::2], scores[1::2], strict=True)
    return tuple(Part(piece, *pair) for piece, pair in zip(pieces, pairs, strict=True))


def _split(words: Sequence[Word], count: int) -> list[tuple[Word, ...]]:
    """The words in `count` runs of neighbours, of nearly the same length."""
    size = len(words)
    return [tuple(words[n * size // count : (n + 1) * size // count]) for n in range(count)]


def _refined(
    parts: Sequence[Part], heaviness: Callable[[Part], float], room: int
) -> list[tuple[Word, ...]]:
    """The heaviest parts of several words, cut into smaller pieces, at most `room` in all."""
    pieces: list[tuple[Word, ...]] = []
    ranked = sorted(parts, key=heaviness, reverse=True)
    for part in ranked:
        if heaviness(part) < _LIGHT * heaviness(ranked[0]):
            break
        if len(part.words) > 1:
            smaller = _split(part.words, min(len(part.words), _ROUND // 4))
            if len(pieces) + len(smaller) > room:
                break
            pieces += smaller
    return pieces


def _merged(parts: Sequence[Part], smaller: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, with the smaller ones in place of those they were cut from."""
    cut = {word for part in smaller for word in part.words}
    kept = (part for part in parts if part.words[0] not in cut)
    return tuple(sorted((*kept, *smaller), key=lambda part: part.start))


def _suspects(whole: Explanation, labels: Sequence[Label]) -> list[Part]:
    """Parts of one word that raise a score, heaviest first."""

    def weight(part: Part) -> float:
        return max(whole.weight(part, label) for label in labels)

    single = [part for part in whole.parts if len(part.words) == 1 and weight(part) > 0.0]
    return sorted(single, key=weight, reverse=True)


def _remedy(
    score: Score, text: str, suspects: Sequence[Part], passes: Callable[[Scores], bool]
) -> Remedy | None:
    """One word if that suffices, else the first sufficient set of a few of the heaviest words,
    pairs first."""
    for part in suspects:
        if passes(part.without):
            return Remedy(part.words, part.without)
    sets = [
        tuple(part.words[0] for part in chosen)
        for size in range(2, _MOST_REMOVED + 1)
        for chosen in combinations(suspects[:_SUSPECTS], size)
    ]
    for words, scores in zip(sets, _scores_without(score, text, sets), strict=True):
        if passes(scores):
            return Remedy(_in_order(words), scores)
    return None


def _carriers(
    score: Score,
    text: str,
    suspects: Sequence[Part],
    labels: Sequence[Label],
    passes: Callable[[Scores], bool],
    *,
    room: int,
) -> tuple[Word, ...]:
    """Removes all suspects, then puts them back one by one, the least important first, as long as
    the milder decision holds. Weights alone don't show this: a word may be heavy by itself but add
    nothing to the others, or the other way round."""
    # With n words out, putting them back takes n texts, then n - 1, down to two.
    affordable = (n for n in range(_MOST_CARRIERS, 0, -1) if comb(n + 1, 2) <= room)
    count = next(affordable, 0)
    out = tuple(part.words[0] for part in suspects[:count])
    if not out or not passes(_scores_without(score, text, [out])[0]):
        return ()
    while len(out) > 1:
        fewer = [tuple(word for word in out if word != back) for back in out]
        found = _scores_without(score, text, fewer)
        ranked = sorted(
            zip(fewer, found, strict=True),
            key=lambda pair: max(pair[1][label] for label in labels),
        )
        still = next((words for words, scores in ranked if passes(scores)), None)
        if still is None:
            break
        out = still
    return _in_order(out)


def _scores_without(score: Score, text: str, sets: Sequence[tuple[Word, ...]]) -> list[Scores]:
    texts = [without(text, words) for words in sets]
    return _scores(score, [t if t.strip() else NOTHING for t in texts]) if texts else []


def _in_order(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(sorted(words, key=lambda word: word.start))
