"""An explanation as a reviewer sees it: marked pieces of the text, rows and sentences."""

from dataclasses import dataclass

from core.inference.explanation.explainer import Part
from core.moderation.policies import Action
from core.services.explain import Explained
from dashboard.review.case_wording import quoted
from dashboard.staff_texts import count, decimal, joined, number, say
from dashboard.wording import ACTIONS_SHORT, LABELS, score_figure

SHOWN_WORDS = 5
WORD_CHARS = 40
# Shares of the highest word weight; the first one was measured against words marked by people.
STRENGTHS = (0.75, 0.5, 0.25)
SAME_SCORE = 0.005
"""Half a unit of the last digit shown: scores closer than this look the same."""


@dataclass(frozen=True, slots=True)
class WordRow:
    """One marked word. `without` and `alone` are scores of its strongest label: of the comment
    without the word, and of the word alone."""

    word: str
    label: str
    without: float
    alone: float


def marked_pieces(explained: Explained, shown_chars: int) -> list[tuple[str, int]]:
    """The first characters of the text cut into pieces, each with its strength from 0 to 3."""
    text, at = explained.text[:shown_chars], 0
    pieces: list[tuple[str, int]] = []
    for part, strength in _strengths(explained):
        if part.start >= len(text):
            break
        pieces += [(text[at : part.start], 0), (text[part.start : part.end], strength)]
        at = part.end
    return [piece for piece in (*pieces, (text[at:], 0)) if piece[0]]


def word_rows(explained: Explained) -> list[WordRow]:
    """The marked words: first the ones that carry the decision, then by weight."""
    found = explained.explanation
    rows = []
    for part, strength in _strengths(explained):
        weight, label = max((found.weight(part, each), each) for each in explained.labels)
        word = " ".join(explained.text[part.start : part.end].split())
        row = WordRow(word[:WORD_CHARS], LABELS[label], part.without[label], part.alone[label])
        rows.append((strength == len(STRENGTHS), weight, row))
    rows.sort(key=lambda entry: entry[:2], reverse=True)
    return [row for _, _, row in rows[:SHOWN_WORDS]]


def remedy_line(explained: Explained) -> str:
    """The words without which the decision would differ, or that no few words decide it."""
    remedy = explained.explanation.remedy
    if explained.action is Action.APPROVE:
        return say("review.words.approved")
    done = ACTIONS_SHORT[explained.action]
    if remedy is None:
        return say("review.words.without_three", done=done)
    words = joined([quoted(explained.text[word.start : word.end]) for word in remedy.words])
    scores = ", ".join(
        f"{LABELS[label]} {score_figure(remedy.scores[label])}" for label in explained.labels
    )
    return say("review.words.remedy", words=words, done=done, scores=scores)


def caveat_line(explained: Explained) -> str:
    """Why the words may not fully explain the decision; empty if they do."""
    decision, now = explained.decision, explained.model_version
    lines = []
    if decision is None or not decision.scores:
        lines.append(say("review.words.no_decision", model=now))
    elif decision.model_version != now:
        decided = str(decision.model_version)
        lines.append(say("review.words.other_model", decided=decided, model=now))
    elif explained.drift >= SAME_SCORE:
        lines.append(say("review.words.drift", drift=decimal(explained.drift, 2)))
    if passage := explained.passage:
        first, last = number(passage.start + 1), number(passage.end)
        lines.append(say("review.words.in_parts", first=first, last=last))
    if unread := explained.explanation.unread:
        lines.append(count("review.words.unread", unread))
    return " ".join(lines)


def _strengths(explained: Explained) -> list[tuple[Part, int]]:
    """The marked parts in text order, each with its highest strength over all labels. If removing
    words has shown which ones carry the decision, only those have the highest strength."""
    found, most = explained.explanation, len(STRENGTHS)
    strongest: dict[int, tuple[Part, int]] = {}
    for strength, share in enumerate(reversed(STRENGTHS), start=1):
        for label in explained.labels:
            for part in found.important_parts(label, share):
                shown = min(strength, most - 1) if found.carriers else strength
                strongest[part.start] = (part, shown)
    for part in found.parts:
        if set(part.words) & set(found.carriers):
            strongest[part.start] = (part, most)
    return [strongest[start] for start in sorted(strongest)]
