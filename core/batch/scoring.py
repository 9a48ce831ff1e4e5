"""Scores the texts of a chunk; a text without a score gets the reason why."""

import logging
from collections.abc import Sequence

from core.errors import PROGRAM_FAULTS, BackendError, InvalidInput
from core.inference.base import ErrorKind, TextResult
from core.inference.scorer import Scorer
from core.moderation.cleaning import check_text, clean_text, is_readable_as_it_is
from core.servinglog.record import Mode
from core.sources.files.fields import kind_of

_log = logging.getLogger(__name__)

EMPTY, ONLY_MARKUP = "the text is empty", "the text has only markup"


def score_cells(
    values: Sequence[object], problems: Sequence[str | None], scorer: Scorer
) -> list[TextResult]:
    """A result for each value, in order. A value may be of any type; one with a problem is not
    scored. Raises BackendError when the backend is down."""
    texts: list[str] = []
    failed: dict[int, TextResult] = {}
    for at, (value, problem) in enumerate(zip(values, problems, strict=True)):
        if problem is None and isinstance(value, str) and is_readable_as_it_is(value):
            texts.append(value)
            continue
        text = TextResult(error=problem) if problem is not None else _cleaned(value)
        if isinstance(text, TextResult):
            failed[at] = text
        else:
            texts.append(text)
    scored = _scored(texts, scorer)
    if not failed:
        return list(scored)
    left = iter(scored)
    return [failed[at] if at in failed else next(left) for at in range(len(values))]


def _cleaned(value: object) -> str | TextResult:
    """The text to score, or the failure that its row gets. After a fault of this program the next
    run tries it again."""
    try:
        text, reason = _readable(value)
    except PROGRAM_FAULTS as error:
        _log.exception("A text met a fault of this program and was not read.")
        why = f"a fault of this program: the text could not be read ({type(error).__name__})"
        return TextResult(error=why, error_kind=ErrorKind.BACKEND)
    return text if reason is None else TextResult(error=reason)


def _readable(value: object) -> tuple[str, str | None]:
    """The text to score, or the reason why there is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return "", EMPTY
    if not isinstance(value, str):
        return "", f"the text is {kind_of(value)}, not text"
    try:
        check_text(value)
    except InvalidInput as error:
        return "", str(error)
    text = clean_text(value)
    return text, None if text else ONLY_MARKUP


def _scored(texts: Sequence[str], scorer: Scorer) -> Sequence[TextResult]:
    try:
        return scorer.score(texts, Mode.BATCH)
    except BackendError as error:
        # If the backend is down, nothing can be scored. Otherwise the texts of this chunk caused
        # the failure, and other chunks may work.
        if scorer.backend.health() is not None:
            raise
        return [TextResult(error=str(error), error_kind=ErrorKind(error.kind)) for _ in texts]
