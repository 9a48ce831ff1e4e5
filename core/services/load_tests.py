"""Load tests: what was found, and starting and stopping one."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from core.clock import Clock
from core.errors import Conflict, InvalidInput
from core.identifiers import new_id
from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus
from core.load_test.target import url_target
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.servinglog.objectives.rules import Objective, ObjectiveKind
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries

BUSY_DAYS = 7
MOST_WORKERS, MOST_NUMBERS, MOST_ROUNDS = 64, 8, 20
LONGEST_S = 600.0
DEFAULT_SHARE, DEFAULT_WITHIN_MS = 0.99, 500.0
_TICK = timedelta(microseconds=1)
_MINUTE_S = 60.0


class LoadTestStore(Protocol):
    """Where load tests are kept. Each method raises StoreError; `find` also NotFound."""

    def list(self) -> Sequence[LoadTest]: ...

    def find(self, test_id: str) -> LoadTest: ...

    def running(self) -> LoadTest | None: ...

    def write(self, test: LoadTest) -> None: ...

    def ask_to_stop(self, test_id: str) -> None: ...


def list_load_tests(actor: Actor, store: LoadTestStore) -> Sequence[LoadTest]:
    """The newest first. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    return store.list()


def begin_load_test(
    context: Context, actor: Actor, store: LoadTestStore, plan: LoadTestPlan, machine: str
) -> LoadTest:
    """A new test in its first state, stored with its audit event; nothing is sent yet. Raises
    PermissionDenied, Conflict while another one runs, InvalidInput for figures out of range,
    ConfigError for a URL of no API, StoreError."""
    check_can(actor, Permission.RUN_LOAD_TESTS)
    _check(plan)
    if (other := store.running()) is not None:
        raise Conflict(f"A load test runs already, started by {other.started_by}: {other.id}.")
    test = LoadTest(new_id(), plan, context.clock.now(), actor.id, machine)
    target = plan.url or "own processes"
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.LOAD_TEST_STARTED, actor, test.id, target=target))
        store.write(test)
    return test


def start_load_test(
    context: Context,
    actor: Actor,
    store: LoadTestStore,
    plan: LoadTestPlan,
    *,
    machine: str,
    start: Callable[[LoadTest], None],
) -> LoadTest:
    """`begin_load_test`, then `start` runs it elsewhere. Raises what that raises."""
    test = begin_load_test(context, actor, store, plan, machine)
    start(test)
    return test


def stop_load_test(context: Context, actor: Actor, store: LoadTestStore, test_id: str) -> None:
    """Asks the test to stop; what it found so far is kept. One that is over stays as it is, and
    nothing is noted. Raises PermissionDenied, NotFound, StoreError."""
    check_can(actor, Permission.RUN_LOAD_TESTS)
    if store.find(test_id).status is not LoadTestStatus.RUNNING:
        return
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.LOAD_TEST_STOPPED, actor, test_id))
        store.ask_to_stop(test_id)


def busiest_rps(actor: Actor, log: "ServingLogQueries", clock: Clock) -> float:
    """Requests a second in the busiest minute of live traffic of the last seven days, refused ones
    included; 0 without any. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    from core.servinglog.fact_queries import period

    until = clock.now() + _TICK
    found = period(log, Window(until - timedelta(days=BUSY_DAYS), until))
    return found.most_in_a_minute / _MINUTE_S


def latency_objective(objectives: Sequence[Objective]) -> tuple[float, float]:
    """The share and the milliseconds of the site's first objective on latency; those of a new
    console if it has none."""
    for one in objectives:
        if one.kind is ObjectiveKind.LATENCY and one.within is not None:
            return one.share, one.within / timedelta(milliseconds=1)
    return DEFAULT_SHARE, DEFAULT_WITHIN_MS


def _check(plan: LoadTestPlan) -> None:
    limits: tuple[tuple[str, float, float, float], ...] = (
        ("workers", max(plan.workers, default=0), 1, MOST_WORKERS),
        ("workers", min(plan.workers, default=0), 1, MOST_WORKERS),
        ("different numbers of workers", len(plan.workers), 1, MOST_NUMBERS),
        ("rounds", plan.rounds, 1, MOST_ROUNDS),
        ("seconds", plan.seconds, 0.1, LONGEST_S),
        ("milliseconds", plan.within_ms, 1, LONGEST_S * 1000),
        ("requests a second", plan.first_rps or 1, 0.5, 100_000),
    )
    for name, value, least, most in limits:
        if not least <= value <= most:
            raise InvalidInput(f"{value:,g} {name}: give {least:,g} to {most:,g}")
    if plan.url is not None:
        url_target(plan.url)
    if not 0 < plan.share < 1:
        raise InvalidInput(f"a share of {plan.share:g}: give a number above 0 and below 1")
    if len(set(plan.workers)) != len(plan.workers):
        raise InvalidInput("each number of workers is tested once")
