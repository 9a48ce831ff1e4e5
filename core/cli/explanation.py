"""An explanation as lines for a terminal and as plain data."""

from typing import Any

from core.inference.explanation.explainer import Part
from core.moderation.policies import ACTION_DONE
from core.moderation.scores import Label
from core.services.explain import Explained

SHOWN_PARTS = 12


def as_lines(explained: Explained) -> list[str]:
    """For each label its score and the words with the largest weights, then the words without which
    the decision would be milder."""
    lines = [f"{explained.model_version}: {explained.action}"]
    if passage := explained.passage:
        lines += [
            "",
            "Read in parts; the words are those of the part with the highest score, characters "
            f"{passage.start + 1:,} to {passage.end:,} of {len(explained.text):,}.",
        ]
    for label in explained.labels:
        score, threshold = explained.scores[label], explained.thresholds[label]
        side = "at or above" if score >= threshold else "below"
        lines += ["", f"{label} {score:.3f}, {side} the threshold {threshold:.2f}"]
        lines.append(f"{'weight':>8} {'change':>8} {'alone':>8}  word")
        lines += [_line(explained, part, label) for part in _heaviest(explained, label)]
    if explained.explanation.unread:
        lines += [
            "",
            f"{explained.explanation.unread:,} more words lie beyond what the model reads.",
        ]
    if remedy := explained.explanation.remedy:
        words = ", ".join(explained.text[word.start : word.end] for word in remedy.words)
        then = ", ".join(f"{label} {remedy.scores[label]:.3f}" for label in explained.labels)
        lines += [
            "",
            f"Without: {words}",
            f"  it would not have been {ACTION_DONE[explained.action]} ({then})",
        ]
    return lines


def as_data(explained: Explained) -> dict[str, Any]:
    """The whole explanation; `start` and `end` are character offsets in `text`."""
    found = explained.explanation
    remedy = found.remedy
    return {
        "text": explained.text,
        "model_version": explained.model_version,
        "decided_by": explained.decision.model_version if explained.decision else None,
        "action": explained.action,
        "unread_words": found.unread,
        "passage": explained.passage
        and {"start": explained.passage.start, "end": explained.passage.end},
        "labels": [
            {
                "label": label,
                "score": explained.scores[label],
                "threshold": explained.thresholds[label],
                "words": [_row(explained, part, label) for part in found.parts],
            }
            for label in explained.labels
        ],
        "passes_without": remedy
        and {
            "words": [{"start": word.start, "end": word.end} for word in remedy.words],
            "scores": {label: remedy.scores[label] for label in explained.labels},
        },
    }


def _heaviest(explained: Explained, label: Label) -> list[Part]:
    found = explained.explanation
    ranked = sorted(found.parts, key=lambda part: -abs(found.weight(part, label)))
    return ranked[:SHOWN_PARTS]


def _line(explained: Explained, part: Part, label: Label) -> str:
    weight, change = (
        explained.explanation.weight(part, label),
        explained.explanation.change(part, label),
    )
    word = " ".join(explained.text[part.start : part.end].split())
    return f"{weight:+8.2f} {change:+8.3f} {part.alone[label]:8.3f}  {word}"


def _row(explained: Explained, part: Part, label: Label) -> dict[str, Any]:
    found = explained.explanation
    return {
        "start": part.start,
        "end": part.end,
        "word": explained.text[part.start : part.end],
        "change": found.change(part, label),
        "alone": part.alone[label],
        "weight": found.weight(part, label),
    }
