"""The history on which a draft of the policy is tried: read once, then kept and brought up to
date."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from threading import Lock

import numpy as np

from core.clock import Clock
from core.moderation.comments import is_named
from core.moderation.history import History, Judgement, joined, number_of
from core.moderation.policies import Action
from core.moderation.sampling import SamplingReason
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS
from core.services.rule_hits import RuleHits
from core.store.base import Reader, Store
from core.store.history_base import HistoryKeeper, KeptHistory, ScoredRow

_CHUNK_ROWS = 50_000
_IDS_AT_ONCE = 500
_MOST_CHANGED = 50_000
"""With more, everything is read anew: that is one pass over the tables instead of a look for
each."""
_SAVED_AFTER = 0.01
"""The share of rows that may be new before all are written again."""
_CODES = {action.value: ACTIONS.index(action) for action in Action}
_NONE = Judgement()


class PolicyHistory:
    """The history of one state, for one process; threads may share it. `rule_hits` tell which of
    its texts match a text rule.

    What is kept is checked against the chain of the audit log: a state that was put back from a
    copy has another one, and then everything is read anew.
    """

    def __init__(self, store: Store, clock: Clock, keeper: HistoryKeeper) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper
        self._turn = Lock()
        self._kept: KeptHistory | None = None
        self._not_saved = 0
        self.rule_hits = RuleHits(store)

    def forget(self) -> None:
        """Remove what is kept on disk: it holds numbers made of the authors' names. Processes that
        have it in memory learn of an erasure from the audit log. Raises StoreError."""
        with self._turn:
            self._keeper.forget()
            self._kept = None

    def read(self) -> History:
        """The history until now. The first time it reads the state, or what was kept of it; then
        what changed since. Raises StoreError."""
        with self._turn:
            known = self._kept or self._keeper.load()
            now = self._clock.now()
            with self._store.read() as reader:
                head = reader.audit_head()
                seq, link = (head.seq, head.link) if head else (0, "")
                changed = None if known is None else _changed(reader, known)
                if known is None or changed is None:
                    found, unsettled = _read(reader, None, now)
                elif not changed:
                    self._kept = replace(known, seq=seq, link=link)
                    return known.history
                else:
                    found, unsettled = _read(reader, changed, now)
                    found = joined([_without(known.history, changed), found])
            self._kept = KeptHistory(found, seq, link, unsettled)
            self._not_saved += len(changed or ())
            if not changed or self._not_saved > len(found) * _SAVED_AFTER:
                self._keeper.save(self._kept)
                self._not_saved = 0
            return found


def _changed(reader: Reader, known: KeptHistory) -> Collection[str] | None:
    """The revisions to read again; None if it has to be everything."""
    if known.seq and reader.audit_link(known.seq) != known.link:
        return None
    changed = known.unsettled.union(reader.changed_since(known.seq))
    return changed if len(changed) <= _MOST_CHANGED else None


def _without(history: History, revision_ids: Collection[str]) -> History:
    names = {each.encode() for each in revision_ids}
    # By the first eight bytes, which are numbers to compare, and then the few that are left whole.
    begins = _beginnings(history.ids)
    wanted = _beginnings(np.array(sorted(names), history.ids.dtype))
    is_left = np.ones(len(history), bool)
    for row in np.flatnonzero(np.isin(begins, wanted)):
        is_left[row] = bytes(history.ids[row]) not in names
    return history.at(is_left)


def _beginnings(ids: "np.typing.NDArray[np.bytes_]") -> "np.typing.NDArray[np.uint64]":
    return ids.astype("S8").view(np.uint64)


def _read(
    reader: Reader, revision_ids: Collection[str] | None, now: datetime
) -> tuple[History, frozenset[str]]:
    parts, unsettled = [_columns((), {})], set()
    for some in _in_parts(revision_ids):
        judged = dict(reader.judgements(some, now))
        unsettled |= {name for name, judgement in judged.items() if not judgement.is_settled}
        rows = reader.scored_rows(some)
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            parts.append(_columns(chunk, judged))
    return joined(parts), frozenset(unsettled)


def _in_parts(revision_ids: Collection[str] | None) -> Iterator[Collection[str] | None]:
    if revision_ids is None:
        yield None
    else:
        every = sorted(revision_ids)
        for start in range(0, len(every), _IDS_AT_ONCE):
            yield every[start : start + _IDS_AT_ONCE]


def _columns(rows: Sequence[ScoredRow], judged: Mapping[str, Judgement]) -> History:
    verdicts = [judged.get(row.revision_id, _NONE) for row in rows]
    scores = [json.loads(row.scores) for row in rows]
    return History(
        ids=np.array([row.revision_id.encode() for row in rows], "S32"),
        decided_at=np.array([row.decided_at for row in rows], np.int64),
        received_at=np.array([row.received_at for row in rows], np.int64),
        scores={
            label: np.array([each.get(label, np.nan) for each in scores], np.float64)
            for label in Label
        },
        unread=np.array([row.unread_chars > 0 for row in rows], bool),
        models=np.array([number_of(row.model_version or "") for row in rows], np.int64),
        authors=np.array([_author_number(row) for row in rows], np.int64),
        actions=np.array([_CODES[row.action] for row in rows], np.int8),
        chances=np.array([_chance(row) for row in rows], np.float64),
        verdicts=np.array([each.verdict for each in verdicts], np.int8),
        judges=np.array(
            [number_of(each.judge) if each.judge else 0 for each in verdicts], np.int64
        ),
        judged_at=np.array([_micros(each.judged_at) for each in verdicts], np.int64),
    )


def _chance(row: ScoredRow) -> float:
    """What a report or a person's wish brought to a person was not drawn."""
    if row.sampling_reason == SamplingReason.AUDIT:
        return row.sampling_probability or 0.0
    return 1.0 if row.sampling_reason == SamplingReason.FLAG else 0.0


def _author_number(row: ScoredRow) -> int:
    """Those without a name are not one author."""
    return number_of(row.source, row.author) if is_named(row.author) else number_of(row.revision_id)


def _micros(moment: datetime | None) -> int:
    return 0 if moment is None else round(moment.timestamp() * 1e6)
