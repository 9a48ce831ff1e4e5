"""Submitting comments: all rows are stored or none, and a retry completes unfinished work."""

from collections.abc import Callable, Sequence

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, InvalidRows
from core.inference.base import BatchResult
from core.inference.fake import FakeBackend
from core.inference.scorer import Scorer
from core.moderation.comments import IncomingComment
from core.moderation.policies import Action
from core.services.submit import API
from core.servinglog.memory import MemoryLog
from tests.factories import CLEAN, HELD, REMOVED
from tests.integration.numbered_comments import NOW, counts
from tests.submitting import submit


def row(number: int, text: str) -> IncomingComment:
    return IncomingComment("site", str(number), text, "sam", NOW)


def test_each_row_comes_back_in_order_with_its_decision(services: Services) -> None:
    rows = [row(1, CLEAN), row(2, HELD), row(3, REMOVED)]
    taken = submit(services.context, services.scorer, rows)
    assert [one.incoming for one in taken] == rows
    assert [one.status for one in taken] == ["stored"] * 3
    assert [one.chain[-1].action for one in taken] == [Action.APPROVE, Action.HOLD, Action.REMOVE]
    assert [one.revision.text for one in taken] == [CLEAN, HELD, REMOVED]


def test_a_row_that_was_there_keeps_its_own_decisions_beside_a_new_one(services: Services) -> None:
    (first,) = submit(services.context, services.scorer, [row(1, REMOVED)])
    known, new = submit(services.context, services.scorer, [row(1, REMOVED), row(2, CLEAN)])
    assert known.chain == first.chain
    assert [one.action for one in known.chain] == [Action.REMOVE]
    assert [one.action for one in new.chain] == [Action.APPROVE]


def test_same_rows_again_change_nothing_and_are_not_scored(services: Services) -> None:
    rows = [row(1, CLEAN), row(2, HELD)]
    first = submit(services.context, services.scorer, rows)
    before = counts(services)
    backend = services.full_model
    assert isinstance(backend, FakeBackend)
    backend.is_down = True
    again = submit(services.context, services.scorer, rows)
    assert [one.status for one in again] == ["unchanged"] * 2
    assert [one.chain for one in again] == [one.chain for one in first]
    assert counts(services) == before


def test_bad_row_is_named_and_keeps_every_row_out(services: Services) -> None:
    rows = [row(1, CLEAN), row(2, " "), row(3, "\x00" * 60_000)]
    with pytest.raises(InvalidRows) as refusal:
        submit(services.context, services.scorer, rows)
    assert [(problem.row, problem.field) for problem in refusal.value.problems] == [
        (1, "text"),
        (2, "text"),
    ]
    words = str(refusal.value)
    assert words.startswith("2 of 3 comments can't be taken, so none was stored; first, ")
    assert "comments[1], `text`: " in words
    with services.context.store.read() as reader:
        assert reader.is_empty()


def test_bad_row_alone_is_the_comment(services: Services) -> None:
    with pytest.raises(InvalidRows, match=r"^the comment, `text`: "):
        submit(services.context, services.scorer, [row(1, " ")])


class Meanwhile(FakeBackend):
    """A scorer during whose call something else happens."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def score(self, texts: Sequence[str]) -> BatchResult:
        self._happens()
        return super().score(texts)


def scorer_with(services: Services, happens: Callable[[], object]) -> Scorer:
    return Scorer(Meanwhile(happens), MemoryLog(), services.clock)


def test_comment_stored_before_a_kill_is_decided_by_the_retry(services: Services) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submit(services.context, scorer_with(services, killed), [row(1, HELD)])
    with services.context.store.read() as reader:
        assert reader.count_waiting() == 1
    (retried,) = submit(services.context, services.scorer, [row(1, HELD)])
    assert retried.chain[-1].action is Action.HOLD
    with services.context.store.read() as reader:
        assert reader.count_waiting() == 0


def test_comment_edited_by_another_process_meanwhile_is_a_conflict(services: Services) -> None:
    def edit() -> None:
        submit(services.context, services.scorer, [row(1, CLEAN)])

    with pytest.raises(Conflict, match=r"'1' changed meanwhile; send it again"):
        submit(services.context, scorer_with(services, edit), [row(1, HELD)])


def test_audit_names_the_api(services: Services) -> None:
    (taken,) = submit(services.context, services.scorer, [row(1, CLEAN)])
    with services.context.store.read() as reader:
        trail = reader.audit_trail(taken.revision.id)
    assert trail[0].actor == API.id
