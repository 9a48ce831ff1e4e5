"""The report's SQL counts the same restrictions as the rules in Python, for chains of decisions
that are stored as they are: presses, undos, reopenings, edits and withdrawals at any distance."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.bootstrap.services import Services
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import TextGone
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.dsa.restrictions import GoneText, restrictions_of
from core.moderation.effect import remaining_grace, standing
from core.moderation.policies import Action
from core.store.base import Writer
from core.store.transparency_queries import FIGURES
from tests.factories import make_services, posted
from tests.moving_clock import START, MovingClock

pytestmark = pytest.mark.slow

GRACE = timedelta(seconds=15)
BY_REASON = next(query for query in FIGURES if query.name == "restrictions_by_reason")
END = START + timedelta(hours=1)
_numbers = count(1)


@dataclass(frozen=True)
class Step:
    """What is done, and how many seconds after the step before."""

    do: str
    seconds: int = 20
    reason: str = "threat"


REMOVE, APPROVE, UNDO, REOPEN = (Step(do) for do in ("remove", "approve", "undo", "reopen"))
SOON = 5  # within the window
STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ["remove", "remove", "approve", "escalate", "undo", "undo", "reopen", "won"]
        ),
        st.sampled_from([1, 5, 14, 15, 16, 40]),
        st.sampled_from(["threat", "spam"]),
    ),
    max_size=7,
)


def chain_of_steps(revision_id: str, first: str, steps: Sequence[Step]) -> list[Decision]:
    """As the services make it."""
    now = START
    chain = [_made(revision_id, now, first, "threat")]
    for step in steps:
        now += timedelta(seconds=step.seconds)
        if step.do != "undo":
            chain.append(_made(revision_id, now, step.do, step.reason))
        elif len(left := standing(chain)) > 1:
            restored, taken = left[-2:]
            undo = replace(
                restored,
                source=DecisionSource.REVIEWER,
                actor="mina",
                decided_at=now,
                undoes=taken.id,
                appeal_id=None,
                grace=remaining_grace(restored, now),
            )
            chain.append(undo)
    named = [replace(each, id=f"d{next(_numbers)}") for each in chain]
    new_ids = {old.id: new.id for old, new in zip(chain, named, strict=True)}
    return [
        replace(
            each,
            supersedes=named[at - 1].id if at else None,
            undoes=new_ids[each.undoes] if each.undoes else None,
        )
        for at, each in enumerate(named)
    ]


def _made(revision_id: str, now, do: str, reason: str) -> Decision:  # type: ignore[no-untyped-def]
    is_model = do in ("hold", "held", "fine", "gone")
    actions = {
        "hold": Action.HOLD, "held": Action.HOLD, "fine": Action.APPROVE, "gone": Action.REMOVE,
        "remove": Action.REMOVE, "approve": Action.APPROVE, "escalate": Action.ESCALATE,
        "reopen": Action.HOLD, "won": Action.APPROVE,
    }  # fmt: skip
    return Decision(
        id=f"step{next(_numbers)}",
        revision_id=revision_id,
        action=actions[do],
        source=DecisionSource.RULE if is_model else DecisionSource.REVIEWER,
        actor="system" if is_model else "mina",
        policy_version=1,
        decided_at=now,
        reason_code=reason if do in ("hold", "gone", "remove") else None,
        appeal_id="a" if do == "won" else None,
        grace=GRACE if do in ("remove", "approve", "escalate") else timedelta(0),
    )


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    opened = make_services(tmp_path, clock=MovingClock().clock, state_url=each_state_url)
    yield opened
    opened.close()


class _RolledBack(Exception):
    """Ends an example: its rows must not be counted with the next ones'."""


def event(kind: AuditKind, subject: str) -> AuditEvent:
    return AuditEvent(f"q{next(_numbers)}", kind, "mina", subject, START)


def store(tx: Writer, chain: Sequence[Decision]) -> None:
    for seen, decision in enumerate(chain):
        audit = event(AuditKind.DECISION_REVIEWED, decision.revision_id)
        key = f"k-{decision.id}"
        assert tx.add_decision(decision, seen_version=seen, idempotency_key=key, audit=audit)


def _make_gone(tx: Writer, revision: Revision, ended: GoneText | None) -> None:
    if ended is not None and ended.because is TextGone.EDITED:
        name = f"e{next(_numbers)}"
        edit = replace(revision, id=name, reference=name, number=2, received_at=ended.at)
        tx.add_revision(edit, event(AuditKind.COMMENT_EDITED, edit.id))
    elif ended is not None:
        audit = event(AuditKind.COMMENT_WITHDRAWN, revision.id)
        tx.withdraw_comment(revision.comment_id, ended.at, audit)


@given(
    first=st.sampled_from(["hold", "held", "fine", "gone"]),
    steps=STEPS,
    gone=st.none() | st.tuples(st.sampled_from(list(TextGone)), st.integers(0, 120)),
    since=st.integers(-10, 120),
)
@example(first="hold", steps=[REMOVE, UNDO], gone=None, since=-10)
@example(first="fine", steps=[REMOVE, REOPEN, UNDO], gone=None, since=-10)
@example(first="fine", steps=[REMOVE, replace(REOPEN, seconds=SOON)], gone=None, since=-10)
@example(
    first="fine",
    steps=[REMOVE, *(replace(each, seconds=SOON) for each in (REOPEN, UNDO))],
    gone=None,
    since=-10,
)
@example(first="hold", steps=[APPROVE, UNDO], gone=None, since=-10)
@example(first="gone", steps=[REMOVE, replace(REMOVE, reason="spam"), UNDO], gone=None, since=-10)
@example(first="fine", steps=[REMOVE], gone=(TextGone.EDITED, 5), since=-10)
@example(first="fine", steps=[REMOVE], gone=(TextGone.WITHDRAWN, 5), since=-10)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_python_find_the_same_restrictions(
    site: Services, first: str, steps: list[Step], gone: tuple[TextGone, int] | None, since: int
) -> None:
    revision = posted(site, f"Text {next(_numbers)}")
    chain = chain_of_steps(revision.id, first, steps)
    begin = START + timedelta(seconds=since)
    # Nobody decides on a text that is gone, so it goes after the last step.
    last = chain[-1].decided_at
    ended = None if gone is None else GoneText(last + timedelta(seconds=gone[1]), gone[0])
    try:
        with site.context.store.write() as tx:
            store(tx, chain)
            _make_gone(tx, revision, ended)
            _, rows = tx.figure(BY_REASON, begin, END)
            raise _RolledBack
    except _RolledBack:
        pass
    wanted = Counter(
        (
            each.kind.value,
            each.decision.reason_code,
            "automated" if each.decision.is_automated else "person",
        )
        for each in restrictions_of(chain, END, ended)
        if each.began_at >= begin
    )
    assert {row.groups: row.value for row in rows} == dict(wanted)
