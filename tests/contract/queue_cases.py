"""Cases with drawn facts, and the pages of the queue made of them in Python."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import insert

from core.moderation.audit import AuditKind
from core.moderation.cases import Attention, Case, CaseTrigger
from core.moderation.comments import Comment, Revision
from core.moderation.policies import Action
from core.moderation.priority import rank_of
from core.moderation.queue import (
    WITHOUT,
    HeldBy,
    QueueFilter,
    QueueOrder,
    QueueQuery,
    ScoreBand,
    order_for,
    queue_score,
)
from core.moderation.queue_paging import QueuePlace
from core.moderation.scores import Label
from core.store.base import Reader, Store, Writer
from core.store.sql import SqlStore
from core.store.sql import rows as columns
from core.store.sql.tables import claims
from tests.contract.store_rows import CLOSED, ESCALATED, OPEN, Rows, at

NOW = at(600)
WORK = (OPEN, ESCALATED)
LANGUAGES = ("en", "de", None)
FILTERS: dict[str, QueueFilter] = {
    "open": QueueFilter(),
    "open and escalated": QueueFilter(statuses=WORK),
    "no status": QueueFilter(statuses=()),
    "closed": QueueFilter(statuses=(CLOSED,)),
    "closed, a label": QueueFilter(statuses=(CLOSED,), label=Label.THREAT),
    "label": QueueFilter(label=Label.THREAT),
    "no label": QueueFilter(statuses=WORK, label=WITHOUT),
    "score": QueueFilter(score=ScoreBand(0.5, 0.8)),
    "score to the top": QueueFilter(statuses=WORK, score=ScoreBand(0.9, 1.0)),
    "score between tenths": QueueFilter(statuses=WORK, score=ScoreBand(0.55, 0.85)),
    "source": QueueFilter(source="site-1"),
    "unknown source": QueueFilter(source="elsewhere"),
    "language": QueueFilter(language="de"),
    "no language": QueueFilter(language=WITHOUT),
    "author": QueueFilter(statuses=WORK, author="sam"),
    "trigger": QueueFilter(trigger=CaseTrigger.BLIND),
    "reports": QueueFilter(reports=1),
    "more reports": QueueFilter(statuses=WORK, reports=3),
    "waiting": QueueFilter(waiting_s=300 * 60),
    "opened since": QueueFilter(opened_since=at(290)),
    "mine": QueueFilter(held_by=HeldBy.ME),
    "of others": QueueFilter(statuses=WORK, held_by=HeldBy.OTHERS),
    "free": QueueFilter(held_by=HeldBy.NOBODY),
    "of ravi": QueueFilter(holder="ravi"),
    "two": QueueFilter(label=Label.INSULT, source="site-0"),
    "many": QueueFilter(
        statuses=WORK,
        label=Label.INSULT,
        score=ScoreBand(0.6, 1.0),
        language="en",
        opened_since=at(10),
        held_by=HeldBy.NOBODY,
    ),
}


@dataclass(frozen=True)
class Known:
    """What a case was made of."""

    case: Case
    source: str
    author: str
    language: str | None
    decided_at: datetime
    holder: str | None


def ask(queue_filter: QueueFilter, order: QueueOrder = QueueOrder.PRIORITY) -> QueueQuery:
    return QueueQuery(queue_filter, order_for(queue_filter, order), "mina", NOW)


def make_case(tx: Writer, rows: Rows, chance: random.Random, number: int) -> Known:
    """A case with drawn facts, many of them equal."""
    source, author = f"site-{chance.randrange(3)}", chance.choice(["sam", "zoë", "[unknown]"])
    comment = Comment(f"c-{number}", source, f"{number}", author, at(number), None)
    revision = Revision(f"r-{number}", comment.id, 1, "Text", "Text", f"REF-{number}", at(number))
    language = chance.choice(LANGUAGES)
    trigger = chance.choice([CaseTrigger.HOLD, CaseTrigger.HOLD, *CaseTrigger])
    is_scored = trigger is CaseTrigger.HOLD
    case = Case(
        f"case-{number}",
        revision.id,
        chance.choice([OPEN, OPEN, ESCALATED, CLOSED]),
        trigger,
        chance.choice([0.5, 0.55, 0.7, 0.9, 1.0]),
        chance.choice([Label.THREAT, Label.INSULT]) if is_scored else None,
        at(chance.choice([number, 300])),
        attention=Attention(user_reports=chance.choice([0, 0, 1, 3, 12])),
    )
    tx.add_comment(comment, revision, rows.audit(AuditKind.COMMENT_STORED, revision.id))
    decision = rows.decide(
        tx, revision, Action.HOLD, language=language, minutes=chance.choice([1, number])
    )
    assert decision is not None
    tx.open_case(case)
    return Known(case, source, author, language, decision.decided_at, None)


def claim_some(store: Store, known: list[Known], chance: random.Random) -> list[Known]:
    """The same cases, of which somebody has some open, and had others."""
    assert isinstance(store, SqlStore)
    claimed = []
    with store.transaction() as connection:
        for each in known:
            holder = chance.choice([None, None, "mina", "ravi"])
            left = chance.choice([timedelta(seconds=-1), timedelta(minutes=5)])
            if holder is not None:
                row = {
                    "revision_id": each.case.revision_id,
                    "actor": holder,
                    "claimed_at": columns.to_micros(at(1)),
                    "expires_at": columns.to_micros(NOW + left),
                }
                connection.execute(insert(claims).values(row))
            is_held = left > timedelta(0)
            claimed.append(replace(each, holder=holder if is_held else None))
    return claimed


def read_by_fours(reader: Reader, query: QueueQuery) -> list[str]:
    """The ids of all cases, page by page."""
    read: list[str] = []
    place: QueuePlace | None = None
    while lines := reader.queue_lines(query, place, 4):
        read += [line.case_id for line in lines]
        place = QueuePlace(query.order, lines[-1].key)
    return read


def matching(known: Sequence[Known], query: QueueQuery) -> list[Known]:
    asked = query.filter
    until = query.now - timedelta(seconds=asked.waiting_s or 0)
    holders: dict[HeldBy | None, Callable[[str | None], bool]] = {
        None: lambda holder: True,
        HeldBy.ME: lambda holder: holder == query.actor_id,
        HeldBy.OTHERS: lambda holder: holder not in (None, query.actor_id),
        HeldBy.NOBODY: lambda holder: holder is None,
    }

    def is_asked(each: Known) -> bool:
        case, score = each.case, queue_score(each.case)
        band = asked.score
        return all(
            (
                case.status in asked.statuses,
                asked.label is None or (case.label or WITHOUT) == asked.label,
                band is None or band.low <= score < band.high or score == band.high == 1,
                asked.source in (None, each.source),
                asked.language is None or (each.language or WITHOUT) == asked.language,
                asked.author in (None, each.author),
                asked.trigger in (None, case.trigger),
                case.report_count >= asked.reports,
                case.opened_at <= until,
                asked.opened_since is None or case.opened_at >= asked.opened_since,
                holders[asked.held_by](each.holder),
                asked.holder in (None, each.holder),
            )
        )

    return [each for each in known if is_asked(each)]


def sort(known: Sequence[Known], query: QueueQuery) -> list[str]:
    """The ids of the cases as the queue lists them."""
    keys: dict[QueueOrder, Callable[[Known], tuple[object, ...]]] = {
        QueueOrder.PRIORITY: lambda each: (rank_of(each.case),),
        QueueOrder.OLDEST: lambda each: (each.case.opened_at,),
        QueueOrder.SCORE: lambda each: (queue_score(each.case), rank_of(each.case)),
        QueueOrder.DECIDED: lambda each: (each.decided_at,),
    }
    found = sorted(
        matching(known, query),
        key=lambda each: (*keys[query.order](each), each.case.id),
        reverse=query.order is not QueueOrder.OLDEST,
    )
    return [each.case.id for each in found]
