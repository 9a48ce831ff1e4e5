"""Which texts of the past match which text rules: each text is read once for each rule."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.inference.text.rule_matcher import RuleMatcher
from core.moderation.history import History
from core.moderation.policies import TextRule
from core.moderation.text_rules import MOST_TEXT_RULES
from core.store.base import Reader, Store

_IDS_AT_ONCE = 500
_KEPT_RULES = 3 * MOST_TEXT_RULES
"""Rules whose matches are kept: those in force, and of drafts that somebody looks at."""
_Key = tuple[str, str]


class _Known:
    """The matches of one rule among the first `examined` texts."""

    def __init__(self) -> None:
        self.examined = 0
        self.ids: list[bytes] = []


class RuleHits:
    """The matches of one state, for one process; threads may share it. A revision's text never
    changes, so what is known of it stays true."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = Lock()
        self._ids: NDArray[np.bytes_] = np.zeros(0, "S32")
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._texts: list[bytes] = []
        self._seen: set[bytes] = set()
        self._known: OrderedDict[_Key, _Known] = OrderedDict()

    def rows(self, rules: Sequence[TextRule], history: History) -> Mapping[str, NDArray[np.int64]]:
        """For each rule, by its id, the rows of the history whose texts it matches. Texts that were
        withdrawn are not read. Raises StoreError."""
        if not rules:
            return {}
        with self._turn:
            self._take(history)
            self._examine(rules)
            return {rule.id: self._rows_of(self._known[_key(rule)].ids) for rule in rules}

    def _take(self, history: History) -> None:
        if history.ids is self._ids:
            return
        self._ids, self._order = history.ids, np.argsort(history.ids)
        new = set(history.ids.tolist()) - self._seen
        self._seen |= new
        self._texts += sorted(new)

    def _examine(self, rules: Iterable[TextRule]) -> None:
        by_place: dict[int, list[TextRule]] = defaultdict(list)
        for rule in rules:
            known = self._known.setdefault(_key(rule), _Known())
            self._known.move_to_end(_key(rule))
            if known.examined < len(self._texts):
                by_place[known.examined].append(rule)
        if by_place:
            with self._store.read() as reader:
                for place, some in by_place.items():
                    self._read(reader, place, some)
        while len(self._known) > _KEPT_RULES:
            self._known.popitem(last=False)

    def _read(self, reader: Reader, place: int, rules: Sequence[TextRule]) -> None:
        matcher = RuleMatcher(rules)
        found: dict[_Key, list[bytes]] = defaultdict(list)
        for start in range(place, len(self._texts), _IDS_AT_ONCE):
            names = [each.decode() for each in self._texts[start : start + _IDS_AT_ONCE]]
            for revision_id, text in reader.texts_of(names):
                for rule in matcher.fired(text):
                    found[_key(rule)].append(revision_id.encode())
        # Only now: what was read in part, because the state could not be used, is read again.
        for rule in rules:
            known = self._known[_key(rule)]
            known.ids += found[_key(rule)]
            known.examined = len(self._texts)

    def _rows_of(self, ids: Sequence[bytes]) -> NDArray[np.int64]:
        wanted = np.array(ids, self._ids.dtype)
        places = np.searchsorted(self._ids, wanted, sorter=self._order)
        rows = self._order[np.minimum(places, len(self._order) - 1)] if len(self._order) else places
        # A text may have left the history: a person approved its words, and so on.
        return np.sort(rows[self._ids[rows] == wanted]) if len(self._order) else rows[:0]


def _key(rule: TextRule) -> _Key:
    return rule.kind.value, rule.text
