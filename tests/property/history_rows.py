"""The history of the policy's decisions by the reads of one text at a time, to compare with the
columns."""

from datetime import datetime

from core.moderation.decisions import Decision
from core.moderation.effect import in_force, standing
from core.moderation.history import BY_SCORES, KEPT, NOT_JUDGED, REMOVED, History
from core.moderation.policies import Action
from core.moderation.sampling import SamplingReason
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS
from core.store.base import Reader
from core.store.history_base import KeptHistory

Row = tuple[object, ...]
VERDICTS = {Action.APPROVE: KEPT, Action.REMOVE: REMOVED}


class KeptInMemory:
    """Implements `HistoryKeeper`."""

    def __init__(self) -> None:
        self.kept: KeptHistory | None = None

    def load(self) -> KeptHistory | None:
        return self.kept

    def save(self, kept: KeptHistory) -> None:
        self.kept = kept


def rows_of(history: History) -> dict[str, Row]:
    """By revision: the day's action, its scores, whether it was read whole, the chance of being
    looked at, and what people decided."""
    found: dict[str, Row] = {}
    for row, name in enumerate(history.ids):
        scores = {
            label: float(column[row])
            for label, column in history.scores.items()
            if column[row] == column[row]
        }
        assert name.decode() not in found, "each text has one row"
        found[name.decode()] = (
            ACTIONS[history.actions[row]],
            scores,
            bool(history.unread[row]),
            float(history.chances[row]),
            int(history.verdicts[row]),
            bool(history.judges[row]),
        )
    return found


def expected_row(reader: Reader, revision_id: str, now: datetime) -> Row | None:
    """None for a text that the policy did not decide on by its scores."""
    chain, case = reader.decision_chain(revision_id), reader.case_of(revision_id)
    automated = [past for past in chain if past.is_automated]
    if not automated or automated[-1].source not in BY_SCORES:
        return None
    day = automated[-1]
    sampling = case.sampling if case else None
    chance = 0.0
    if sampling is not None and sampling.reason is SamplingReason.AUDIT:
        chance = sampling.probability
    elif sampling is not None and sampling.reason is SamplingReason.FLAG:
        chance = 1.0
    verdict = _verdict(chain, _gone_at(reader, revision_id, now))
    scores: dict[Label, float] = dict(day.scores)
    return day.action, scores, day.unread_chars > 0, chance, verdict, verdict != NOT_JUDGED


def _gone_at(reader: Reader, revision_id: str, now: datetime) -> datetime:
    times = reader.text_times(revision_id)
    return min(moment for moment in (times.edited_at, times.withdrawn_at, now) if moment)


def _verdict(chain: list[Decision] | tuple[Decision, ...], moment: datetime) -> int:
    held = in_force(chain, moment)
    if held is None:
        return NOT_JUDGED
    # What an undo restored is the decision before, a person's or the model's.
    known = standing(chain[: chain.index(held) + 1])[-1]
    return NOT_JUDGED if known.is_automated else VERDICTS.get(known.action, NOT_JUDGED)
