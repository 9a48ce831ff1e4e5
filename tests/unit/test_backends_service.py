"""The state of a backend, derived from its declaration and its recorded calls."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import Clock, system_clock
from core.config import Settings
from core.errors import PermissionDenied
from core.inference.base import ErrorKind, Location
from core.inference.fake import FakeBackend
from core.inference.resilience.circuit import CircuitState
from core.moderation.permissions import Actor, Role
from core.moderation.scores import Label
from core.services.backends import (
    BackendState,
    BackendStatus,
    BackendUse,
    Candidate,
    Catalogue,
    SiteBackends,
    circuit_of,
    load_site_backends,
)
from core.services.context import Context
from core.services.trials import BackendAnswer
from core.servinglog.answers import BackendCalls, LastSeen
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
from tests.factories import make_services, unscored

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
OPS = Actor("ola", Role.OPS)
TEI = Candidate("tei", "tei", "remote", labels=(Label.TOXICITY,))
ONNX = Candidate("onnx", "onnxruntime", Location.IN_PROCESS)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    store = SqlStore(SqliteDatabase(Settings(home=tmp_path).state_path))
    yield Context(store, Clock(lambda: NOW, system_clock().monotonic), appeal_window_days=1)
    store.close()


def seen(
    age_s: float = 5.0,
    *,
    backend: str = "tei",
    process: str = "api-1",
    failures: int = 0,
    error: str | None = None,
    trouble: str | None = None,
) -> LastSeen:
    last_at = NOW - timedelta(seconds=age_s)
    good_at = None if failures else last_at
    return LastSeen(backend, process, last_at, good_at, good_at, failures, error, trouble)


def answer(
    age_s: float = 1.0, error: str | None = None, kind: ErrorKind | None = None
) -> BackendAnswer:
    return BackendAnswer("tei", NOW - timedelta(seconds=age_s), 9.0, error=error, error_kind=kind)


def look(
    context: Context,
    *candidates: Candidate,
    fallback: str | None = None,
    calls: Sequence[BackendCalls] = (),
    seen: Sequence[LastSeen] = (),
    check: BackendAnswer | None = None,
) -> SiteBackends:
    catalogue = Catalogue(candidates, candidates[0].name, fallback)
    checks = {check.backend: check} if check else {}
    return load_site_backends(context, OPS, catalogue, calls=calls, seen=seen, checks=checks)


def first(site: SiteBackends) -> BackendStatus:
    return site.statuses[0]


TIMEOUTS = {"failures": 3, "error": "timeout", "trouble": "timeout"}
LEFT_ALONE = {"failures": 9, "error": "circuit_open", "trouble": "timeout"}
REFUSED_LONG_AGO = answer(60, "x", ErrorKind.AUTH)
TIMED_OUT, MISREAD = answer(1, "x", ErrorKind.TIMEOUT), answer(1, "x", ErrorKind.MODEL)
STATES = [
    ("nothing was seen", (), None, BackendState.NOT_ASKED, None),
    ("it answered", (seen(),), None, BackendState.ANSWERS, None),
    ("its last calls failed", (seen(**TIMEOUTS),), None, BackendState.FAILS, ErrorKind.TIMEOUT),
    (
        "it is left alone",
        (seen(**LEFT_ALONE),), None, BackendState.COOLS_DOWN, ErrorKind.TIMEOUT,
    ),
    (
        "one process leaves it alone while another is answered",
        (seen(1, process="score-2"), seen(9, **LEFT_ALONE)),
        None, BackendState.COOLS_DOWN, ErrorKind.TIMEOUT,
    ),
    (
        "a refusal stays one although it is left alone",
        (seen(failures=9, error="circuit_open", trouble="auth"),),
        None, BackendState.REFUSED, ErrorKind.AUTH,
    ),
    (
        "it was left alone by a process long gone, and answers another",
        (seen(1, process="score-2"), seen(900, **LEFT_ALONE)),
        None, BackendState.ANSWERS, None,
    ),
    (
        "a kind that this release does not know",
        (seen(failures=1, error="meteor", trouble="meteor"),),
        None, BackendState.FAILS, ErrorKind.BACKEND,
    ),
    ("a check newer than the log", (seen(60, **TIMEOUTS),), answer(1), BackendState.ANSWERS, None),
    ("a check older than the log", (seen(1),), REFUSED_LONG_AGO, BackendState.ANSWERS, None),
    ("a check that timed out", (), TIMED_OUT, BackendState.FAILS, ErrorKind.TIMEOUT),
    ("a check found a misread model", (), MISREAD, BackendState.REFUSED, ErrorKind.MODEL),
    ("a check found a key missing", (), answer(1, "x", None), BackendState.REFUSED, None),
    (
        "a good check does not close another process's circuit",
        (seen(5, **LEFT_ALONE),), answer(1), BackendState.COOLS_DOWN, ErrorKind.TIMEOUT,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "check", "state", "kind"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_state_follows_from_what_was_seen_last(context, found, check, state, kind) -> None:
    status = first(look(context, TEI, seen=found, check=check))
    assert (status.state, status.error_kind) == (state, kind)
    assert (status.known_at is None) is (state is BackendState.NOT_ASKED)


def test_what_is_declared_wrongly_is_refused_whatever_was_seen(context: Context) -> None:
    broken = replace(TEI, problem="TEI_KEY is not set")
    status = first(look(context, broken, seen=[seen()], check=answer()))
    assert (status.state, status.problem) == (BackendState.REFUSED, "TEI_KEY is not set")
    missing = replace(ONNX, problem="pip install it", problem_state=BackendState.NOT_INSTALLED)
    assert first(look(context, missing)).state is BackendState.NOT_INSTALLED


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (CircuitState.CLOSED, {}),
        (CircuitState.CLOSED, {"failures": 4, "error": "timeout", "trouble": "timeout"}),
        (CircuitState.OPEN, {"failures": 5, "error": "timeout", "trouble": "timeout"}),
        (CircuitState.OPEN, {"failures": 1, "error": "circuit_open"}),
        (CircuitState.OPEN, {"age_s": 120.0, **LEFT_ALONE}),
        (CircuitState.HALF_OPEN, {"age_s": 121.0, **LEFT_ALONE}),
        (CircuitState.CLOSED, {"failures": 9, "error": "model", "trouble": "model"}),
    ],
)
def test_circuit_of_a_process_is_read_from_its_last_call(state: CircuitState, changes) -> None:
    assert circuit_of(seen(**changes), NOW) is state


def test_each_process_has_its_own_circuit_and_a_local_model_none(context: Context) -> None:
    site = look(
        context, TEI, ONNX, seen=[seen(**LEFT_ALONE), seen(process="b"), seen(backend="onnx")]
    )
    circuits = {
        (one.candidate.name, view.seen.process): view.circuit
        for one in site.statuses
        for view in one.processes
    }
    assert circuits == {
        ("tei", "api-1"): CircuitState.OPEN,
        ("tei", "b"): CircuitState.CLOSED,
        ("onnx", "api-1"): None,
    }


def test_those_in_use_come_first_then_the_best(context: Context) -> None:
    gone = Candidate("gone", "json", "remote", problem="no key")
    spare = Candidate("spare", "json", "remote")
    site = look(
        context, TEI, gone, ONNX, spare, fallback="spare", seen=[seen(backend="onnx")],
        calls=[BackendCalls("onnx", 4, 3, 1, 12.0, "timeout")],
    )  # fmt: skip
    assert [one.candidate.name for one in site.statuses] == ["tei", "spare", "onnx", "gone"]
    assert [one.use for one in site.statuses[:3]] == [
        BackendUse.IN_FORCE,
        BackendUse.FALLBACK,
        BackendUse.SPARE,
    ]
    assert [one.candidate.name for one in site.in_use] == ["tei", "spare"]
    assert site.statuses[2].calls is not None
    assert site.statuses[2].calls.error_share == 0.25
    assert site.answering is not None
    assert site.answering.backend == "onnx"


def test_backend_of_a_language_is_in_use_for_it(context: Context) -> None:
    catalogue = Catalogue((ONNX, TEI), "onnx", by_language={"de": "tei"})
    site = load_site_backends(context, OPS, catalogue, calls=(), seen=(), checks={})
    assert {one.candidate.name: one.use for one in site.statuses} == {
        "onnx": BackendUse.IN_FORCE,
        "tei": BackendUse.LANGUAGE,
    }


def test_what_it_says_of_itself_replaces_what_was_declared(context: Context) -> None:
    info = replace(FakeBackend().info, model_version="toxic", notice="It moves.")
    told = replace(answer(), info=info, model_version="toxic@4d6c")
    candidate = first(look(context, replace(TEI, labels=None), check=told)).candidate
    assert (candidate.model_version, candidate.notice) == ("toxic@4d6c", "It moves.")
    assert candidate.labels == info.labels


def test_comments_that_wait_for_a_backend_are_counted(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    assert look(services.context, ONNX).waiting == 0
    unscored(services)
    unscored(services, "Another one.")
    assert look(services.context, ONNX).waiting == 2
    services.close()


def test_an_author_sees_none_of_it(context: Context) -> None:
    catalogue = Catalogue((TEI,), "tei")
    with pytest.raises(PermissionDenied):
        load_site_backends(
            context, Actor("sam", Role.AUTHOR), catalogue, calls=(), seen=(), checks={}
        )
