"""The result of a text that is in several languages."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.inference.base import ErrorKind, TextResult
from core.moderation.decisions import judge
from core.moderation.languages import not_assessed_words
from core.moderation.policies import Action, Policy


def not_assessed(language: str) -> TextResult:
    """Of a text in a language that no backend assesses."""
    return TextResult(
        error=not_assessed_words(language), error_kind=ErrorKind.LANGUAGE, language=language
    )


def as_a_whole(result: TextResult, policy: Policy | None = None) -> TextResult:
    """What the result says of the whole text: nothing, if a part of it was not assessed. But if the
    policy acts on the scores of the rest, they stand, and also if it approves what is in that
    language."""
    part = result.unassessed_part
    if part is None or result.error is not None:
        return result
    if policy is not None:
        is_flagged = judge(result.scores, policy).action is not Action.APPROVE
        if is_flagged or policy.language_action(part) is Action.APPROVE:
            return result
    return not_assessed(part)


def joined(results: Sequence[TextResult]) -> TextResult:
    """Of a text that several backends scored, each for its languages: each label's score is the
    highest. If one of them failed, so does the text."""
    first, *others = results
    failed = next((each for each in results if each.error is not None), None)
    if failed is not None or not others:
        return failed or first
    scores, passages = dict(first.scores), dict(first.passages)
    for each in others:
        for label, score in each.scores.items():
            if score > scores.get(label, -1.0):
                scores[label] = score
                passages.pop(label, None)  # the explanation is by the first backend
    return replace(
        first,
        scores=scores,
        passages=passages,
        backend=_names(each.backend for each in results),
        model_version=_names(each.model_version for each in results),
        unread_chars=max(each.unread_chars for each in results),
    )


def _names(names: Iterable[str | None]) -> str:
    return " + ".join(dict.fromkeys(name for name in names if name))
