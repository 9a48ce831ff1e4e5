"""Trials: backends separate from those that serve, their records, and dropping failed ones."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import system_clock
from core.errors import BackendError, InvalidInput, MissingExtra, ModelNotUsable, PermissionDenied
from core.inference.base import BackendInfo, BatchResult, ErrorKind, Location, TextResult
from core.inference.fake import FakeBackend
from core.inference.scorer import PROBE
from core.moderation.failure_policy import FailurePolicy
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.failure import FailureRule
from core.services.trials import SpareBackends, check_backend, try_comment
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode
from tests.factories import CLEAN, HELD, make_services
from tests.patience import PATIENT_S

OPS = Actor("ola", Role.OPS)


class Named(FakeBackend):
    """The fake backend with another name and location; counts its calls."""

    def __init__(self, name: str, location: Location = Location.REMOTE) -> None:
        super().__init__()
        self._own = replace(super().info, name=name, location=location)
        self.asked: list[str] = []
        self.loads = self.closes = 0
        self.error: BackendError | None = None

    @property
    def info(self) -> BackendInfo:
        return self._own

    def load(self) -> None:
        self.loads += 1

    def close(self) -> None:
        self.closes += 1

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked += texts
        if self.error is not None:
            raise self.error
        return super().score(texts)


class Makes:
    """Makes backends by name, and keeps each one made."""

    def __init__(self, **make: Callable[[], FakeBackend]) -> None:
        self._make = make
        self.made: list[FakeBackend] = []

    def __call__(self, name: str) -> FakeBackend:
        backend = self._make[name]()
        self.made.append(backend)
        return backend


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


def bench_of(log: MemoryLog, **make: Callable[[], FakeBackend]) -> tuple[SpareBackends, Makes]:
    makes = Makes(**make)
    return SpareBackends(makes, log, system_clock()), makes


def test_every_call_is_logged_as_a_trial_and_the_first_one_is_not_timed(log: MemoryLog) -> None:
    bench, makes = bench_of(log, far=lambda: Named("far"))
    (answer,) = bench.ask(["far"], HELD)
    (far,) = makes.made
    assert far.asked == [PROBE, HELD]
    assert {record.mode for record in log.records} == {Mode.TRIAL}
    assert answer.scores[Label.INSULT] == 0.95
    assert answer.total_ms is not None
    bench.ask(["far"], CLEAN)
    assert far.asked == [PROBE, HELD, CLEAN]


def test_a_check_of_a_service_begins_anew_and_one_of_a_local_model_keeps_it(log: MemoryLog) -> None:
    bench, makes = bench_of(
        log, far=lambda: Named("far"), here=lambda: Named("here", Location.IN_PROCESS)
    )
    for name in ("far", "far", "here", "here"):
        assert bench.check(name).error is None
    first, second, here = makes.made
    assert (first.closes, second.closes) == (1, 0)
    assert (here.loads, here.closes) == (1, 0)
    assert set(bench.heard) == {"far", "here"}
    bench.close()
    assert (second.closes, here.closes) == (1, 1)


def test_a_service_that_failed_is_asked_afresh_next_time(log: MemoryLog) -> None:
    bench, makes = bench_of(log, far=lambda: Named("far"))
    bench.ask(["far"], CLEAN)
    makes.made[0].error = BackendError("far could not be reached", kind="connect", attempts=3)
    (answer,) = bench.ask(["far"], CLEAN)
    assert (answer.error, answer.error_kind) == ("far could not be reached", ErrorKind.CONNECT)
    assert (answer.total_ms, answer.scores) == (None, {})
    assert makes.made[0].closes == 1
    assert log.records[-1].error_kind == "connect"
    (answer,) = bench.ask(["far"], CLEAN)
    assert answer.error is None
    assert len(makes.made) == 2


def test_a_service_that_is_down_is_waited_for_once(log: MemoryLog) -> None:
    def down() -> Named:
        backend = Named("far")
        backend.error = BackendError("far gave no answer in time", kind="timeout", attempts=3)
        return backend

    bench, makes = bench_of(log, far=down)
    assert bench.check("far").error_kind is ErrorKind.TIMEOUT
    assert makes.made[0].asked == [PROBE]
    assert makes.made[0].closes == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MissingExtra("the backend `torch` needs torch"), None),
        (ModelNotUsable("model.onnx is missing"), ErrorKind.MODEL),
    ],
)
def test_what_cannot_be_made_says_why(log: MemoryLog, error: Exception, kind) -> None:
    def refuse() -> Named:
        raise error

    bench, _ = bench_of(log, torch=refuse, far=lambda: Named("far"))
    torch, far = bench.ask(["torch", "far"], CLEAN)
    assert (torch.error, torch.error_kind, torch.info) == (str(error), kind, None)
    assert far.error is None
    assert bench.heard["torch"] == torch


def test_services_are_asked_at_once_and_local_models_after_them_one_by_one(
    log: MemoryLog,
) -> None:
    together = threading.Barrier(2, timeout=PATIENT_S)
    running, most = [0], [0]

    class Far(Named):
        def score(self, texts: Sequence[str]) -> BatchResult:
            if texts != [PROBE]:
                together.wait()  # breaks unless the other one is out at the same time
            return super().score(texts)

    class Near(Named):
        def score(self, texts: Sequence[str]) -> BatchResult:
            if texts == [PROBE]:
                return super().score(texts)
            running[0] += 1
            most[0] = max(most[0], running[0])
            found = super().score(texts)
            running[0] -= 1
            return found

    bench, _ = bench_of(
        log,
        a=lambda: Far("a"),
        b=lambda: Far("b"),
        near=lambda: Near("near", Location.IN_PROCESS),
        too=lambda: Near("too", Location.IN_PROCESS),
    )
    answers = bench.ask(["near", "a", "too", "b"], HELD)
    assert [answer.backend for answer in answers] == ["near", "a", "too", "b"]
    assert all(answer.error is None for answer in answers)
    assert most[0] == 1


def test_only_leads_ops_and_admins_may_ask(tmp_path: Path, log: MemoryLog) -> None:
    services = make_services(tmp_path)
    bench, makes = bench_of(log, far=lambda: Named("far"))
    for role in (Role.MODERATOR, Role.AUDITOR, Role.AUTHOR):
        with pytest.raises(PermissionDenied):
            check_backend(Actor("x", role), bench, "far")
        with pytest.raises(PermissionDenied):
            try_comment(services.context, Actor("x", role), bench, ["far"], CLEAN)
    assert makes.made == []
    services.close()


def test_side_by_side_says_what_the_policy_would_do_and_stores_nothing(
    tmp_path: Path, log: MemoryLog
) -> None:
    services = make_services(tmp_path)

    class Gone(Named):
        def score(self, texts: Sequence[str]) -> BatchResult:
            raise BackendError("gone answered 404", kind="not_found")

    class Picky(Named):
        def score(self, texts: Sequence[str]) -> BatchResult:
            found = super().score(texts)
            if texts == [PROBE]:
                return found
            refused = TextResult(error="it is too long", error_kind=ErrorKind.BAD_INPUT)
            return BatchResult((refused,), found.call)

    bench, _ = bench_of(
        log, far=lambda: Named("far"), gone=lambda: Gone("gone"), picky=lambda: Picky("picky")
    )
    context = replace(services.context, failure=FailureRule(FailurePolicy.APPROVE))
    found = try_comment(context, OPS, bench, ["far", "gone", "picky", "far"], f"<b>{HELD}</b>")
    far, gone, picky = found.tried
    assert (far.action, far.rules[0].label) == (Action.HOLD, Label.INSULT)
    assert (gone.action, gone.rules) == (Action.APPROVE, ())
    assert (gone.answer.backend, gone.answer.error_kind) == ("gone", ErrorKind.NOT_FOUND)
    assert found.policy.version == 1
    assert picky.action is Action.HOLD  # a text that fails alone is held under every policy
    assert set(bench.heard) == {"far", "gone"}
    with services.context.store.read() as reader:
        assert reader.is_empty()
    services.close()


def test_a_text_that_could_not_be_a_comment_is_sent_nowhere(tmp_path: Path, log: MemoryLog) -> None:
    services = make_services(tmp_path)
    bench, makes = bench_of(log, far=lambda: Named("far"))
    for text in ("", "  ", "x" * 50_001):
        with pytest.raises(InvalidInput):
            try_comment(services.context, OPS, bench, ["far"], text)
    assert makes.made == []
    services.close()
