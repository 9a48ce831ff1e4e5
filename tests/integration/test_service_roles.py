"""Every service is called as every role and compared with one table of permissions."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import core.services
from core.bootstrap.services import Services
from core.errors import NotFound, PermissionDenied
from core.inference.fake import FakeBackend
from core.moderation.comments import IncomingComment
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services import (
    explain,
    ingest,
    parity,
    queries,
    reopen,
    review,
    traffic,
    trials,
    withdraw,
)
from core.services.appeal import hear_appeal
from core.services.backends import load_site_backends
from core.services.trials import SpareBackends
from core.servinglog.queries import ALL_TRAFFIC
from core.servinglog.record import DiscardingLog
from core.servinglog.windows import WindowChoice
from tests.factories import (
    CLEAN,
    HELD,
    REMOVED,
    appealed,
    decided,
    make_services,
    removed_by_person,
    scored,
)

ROLES = (Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.OPS, Role.ADMIN, Role.AUDITOR)
Call = Callable[[Services, Actor], object]


def decide(services: Services, actor: Actor) -> None:
    decided(services, scored(services, HELD), Action.APPROVE, actor=actor)


def decide_escalated(services: Services, actor: Actor) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.APPROVE, actor=actor)


def undo(services: Services, actor: Actor) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.APPROVE, actor=Actor(actor.id, Role.LEAD))
    review.undo_decision(services.context, actor, revision.id, seen_version=2)


def undo_on_escalated(services: Services, actor: Actor) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.REMOVE, actor=Actor(actor.id, Role.LEAD))
    review.undo_decision(services.context, actor, revision.id, seen_version=3)


def open_case(services: Services, actor: Actor) -> None:
    reopen.reopen(services.context, actor, scored(services, CLEAN).id, seen_version=1)


def reopen_own(services: Services, actor: Actor) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.REMOVE, actor=Actor(actor.id, Role.LEAD))
    reopen.reopen(services.context, actor, revision.id, seen_version=2)


def reopen_another(services: Services, actor: Actor) -> None:
    reopen.reopen(services.context, actor, scored(services, REMOVED).id, seen_version=1)


def hear(services: Services, actor: Actor) -> None:
    appeal = appealed(services, removed_by_person(services))
    reason = "It was a quotation."
    hear_appeal(services.context, actor, appeal.id, overturn=True, reason=reason)


def ingest_one(services: Services, actor: Actor) -> None:
    row = IncomingComment("roles", "1", CLEAN, "sam", services.clock.now())
    list(ingest.ingest(services.context, actor, [row]))


def withdraw_one(services: Services, actor: Actor) -> None:
    ingest_one(services, Actor("ops", Role.OPS))
    withdraw.withdraw_comment(services.context, actor, "roles", "1")


def view_window(services: Services, actor: Actor) -> None:
    scored(services, CLEAN)
    log, clock = services.serving_log_queries, services.clock
    until = traffic.view_log(Actor("ops", Role.OPS), log, clock).until
    traffic.view_window(
        actor, log, WindowChoice.ALL, ALL_TRAFFIC, until, drawn=lambda _: [], max_points=9
    )


def view_backends(services: Services, actor: Actor) -> None:
    log, until = services.serving_log_queries, services.clock.now()
    traffic.view_backends(actor, log, WindowChoice.ALL, until)


def find_request(services: Services, actor: Actor) -> None:
    """Raises PermissionDenied before NotFound, because no request has that id."""
    try:
        traffic.find_request(actor, services.serving_log_queries, "unknown")
    except NotFound:
        return


def look_at_site(services: Services, actor: Actor) -> None:
    catalogue = services.catalogue()
    load_site_backends(services.context, actor, catalogue, calls=(), seen=(), checks={})


def spare(services: Services) -> SpareBackends:
    return SpareBackends(lambda name: FakeBackend(), DiscardingLog(), services.clock)


def compare_stored(services: Services, actor: Actor) -> None:
    parity.compare_stored(
        services.context,
        actor,
        ["fake", "other"],
        lambda name: FakeBackend(),
        count=50,
        bundled=services.bundled_sample,
        progress=lambda words, share: None,
    )


def compare_sample(services: Services, actor: Actor) -> None:
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    sample = parity.sample_source(services.bundled_sample, 50)
    parity.compare_backends(
        actor,
        sample,
        policy,
        ["fake", "other"],
        lambda name: FakeBackend(),
        now=services.clock.now(),
        progress=lambda words, share: None,
    )


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
TABLE: dict[tuple[str, str], tuple[Call, str]] = {
    ("appeal.hear_appeal", "hear"): (hear, "nnynyn"),
    ("backends.load_site_backends", "look"): (look_at_site, "nyyyyy"),
    ("explain.explain_revision", "explain"): (
        lambda s, a: explain.explain_revision(s.context, a, s.explainer, scored(s, HELD).id),
        "nyynyy",
    ),
    ("ingest.ingest", "bring in"): (ingest_one, "nnnyyn"),
    ("parity.compare_stored", "compare"): (compare_stored, "nnyyyn"),
    ("parity.compare_backends", "compare"): (compare_sample, "nnyyyn"),
    ("queries.count_queue", "count"): (lambda s, a: queries.count_queue(s.context, a), "nyynyy"),
    ("queries.list_queue", "list"): (lambda s, a: queries.list_queue(s.context, a), "nyynyy"),
    ("queries.list_cases", "list"): (lambda s, a: queries.list_cases(s.context, a), "nyynyy"),
    ("queries.list_undoable", "list"): (
        lambda s, a: queries.list_undoable(s.context, a),
        "nyynyn",
    ),
    ("queries.load_case", "load"): (
        lambda s, a: queries.load_case(s.context, a, scored(s, HELD).id),
        "nyynyy",
    ),
    ("queries.list_appeals", "list"): (
        lambda s, a: queries.list_appeals(s.context, a, pending=True),
        "nyynyy",
    ),
    ("queries.load_chain", "load"): (
        lambda s, a: queries.load_chain(s.context, a, scored(s, HELD).id),
        "nyynyy",
    ),
    ("queries.load_policy", "load"): (
        lambda s, a: queries.load_policy(s.context, a, 1),
        "nyynyy",
    ),
    ("reopen.load_case_reopening", "look"): (
        lambda s, a: reopen.load_case_reopening(s.context, a, scored(s, HELD).id),
        "nyynyy",
    ),
    ("reopen.load_reopening", "look"): (
        lambda s, a: reopen.load_reopening(s.context, a, scored(s, HELD).reference),
        "nyyyyn",
    ),
    ("reopen.reopen", "open a case on a visible comment"): (open_case, "nyyyyn"),
    ("reopen.reopen", "their own removal"): (reopen_own, "nyynyn"),
    ("reopen.reopen", "another's removal"): (reopen_another, "nnynyn"),
    ("review.decide_case", "open"): (decide, "nyynyn"),
    ("review.decide_case", "escalated"): (decide_escalated, "nnynyn"),
    ("review.skip_case", "skip"): (
        lambda s, a: review.skip_case(s.context, a, scored(s, HELD).id),
        "nyynyn",
    ),
    ("review.undo_decision", "open"): (undo, "nyynyn"),
    ("review.undo_decision", "escalated"): (undo_on_escalated, "nnynyn"),
    ("traffic.view_log", "view"): (
        lambda s, a: traffic.view_log(a, s.serving_log_queries, s.clock),
        "nyyyyy",
    ),
    ("traffic.view_window", "view"): (view_window, "nyyyyy"),
    ("traffic.view_backends", "view"): (view_backends, "nyyyyy"),
    ("traffic.find_request", "find"): (find_request, "nyyyyy"),
    ("trials.check_backend", "check"): (
        lambda s, a: trials.check_backend(a, spare(s), "fake"),
        "nnyyyn",
    ),
    ("trials.try_comment", "try"): (
        lambda s, a: trials.try_comment(s.context, a, spare(s), ["fake"], CLEAN),
        "nnyyyn",
    ),
    ("withdraw.withdraw_comment", "withdraw"): (withdraw_one, "nnnyyn"),
}
# Services that check no permission, and why they need not.
BY_REFERENCE = "public by design: the reference is all it takes"
OF_THE_PROCESS = "called by the site's own process or its operator at the command line"
INSIDE = "a step in the transaction of a service that has checked"
PURE = "reads no state"
UNCHECKED: Mapping[str, str] = {
    "appeal.file_appeal": BY_REFERENCE,
    "lookup.look_up": BY_REFERENCE,
    "cascade.calibrate": OF_THE_PROCESS,
    "cascade.open_cascade": OF_THE_PROCESS,
    "explain.explain_text": OF_THE_PROCESS,
    "explain.find_comment": OF_THE_PROCESS,
    "policies.ensure_policy": OF_THE_PROCESS,
    "rescore.has_unscored": OF_THE_PROCESS,
    "rescore.rescore": OF_THE_PROCESS,
    "score.score_waiting": OF_THE_PROCESS,
    "submit.take": OF_THE_PROCESS,
    "submit.decide_taken": OF_THE_PROCESS,
    "gone_texts.end_work_on": INSIDE,
    "ingest.complete_comment": INSIDE,
    "ingest.store_comment": INSIDE,
    "lookup.find_revision": INSIDE,
    "gone_texts.text_gone": INSIDE,
    "parity.sample_stored": INSIDE,
    "review.add_reviewed": INSIDE,
    "review.check_latest": INSIDE,
    "withdraw.withdraw_known": INSIDE,
    "automated.decide": INSIDE,
    "score.raise_outage": PURE,
    "backends.circuit_of": PURE,
    "backends.state_of": PURE,
    "parity.sample_source": PURE,
    "review.describe_decision": PURE,
    "submit.describe_problems": PURE,
    "submit.not_scored": PURE,
}
ROWS = [
    (name, role, may == "y")
    for name, (_, row) in TABLE.items()
    for role, may in zip(ROLES, row, strict=True)
]


def public_services() -> dict[str, Callable[..., Any]]:
    """Every public function of `core.services` by module and name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(core.services.__path__):
        loaded = importlib.import_module(f"core.services.{module.name}")
        for name, value in vars(loaded).items():
            is_own = inspect.isfunction(value) and value.__module__ == loaded.__name__
            if is_own and not name.startswith("_"):
                found[f"{module.name}.{name}"] = value
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home: Path = tmp_path_factory.mktemp("roles")
    made = make_services(home)
    yield made
    made.close()


def test_every_public_service_is_in_one_of_the_tables() -> None:
    checked = {name for name, _ in TABLE}
    assert set(public_services()) == checked | set(UNCHECKED)
    assert not checked & set(UNCHECKED)


def test_a_service_with_an_actor_is_in_the_table_of_roles() -> None:
    told = {
        name
        for name, service in public_services().items()
        if "actor" in inspect.signature(service).parameters and UNCHECKED.get(name) != INSIDE
    }
    assert told == {name for name, _ in TABLE}


@pytest.mark.parametrize(
    ("name", "role", "may"),
    ROWS,
    ids=[f"{service}-{what}-{role}" for (service, what), role, _ in ROWS],
)
def test_role_may_call_what_the_table_says(
    site: Services, name: tuple[str, str], role: Role, may: bool
) -> None:
    call, _ = TABLE[name]
    if may:
        call(site, Actor("somebody", role))
        return
    with pytest.raises(PermissionDenied):
        call(site, Actor("somebody", role))


def test_a_refusal_writes_nothing(site: Services) -> None:
    refused = [name for name, role, may in ROWS if role is Role.AUTHOR and not may]
    assert refused == list(TABLE)
    revision = removed_by_person(site)
    with site.context.store.read() as reader:
        before = reader.decision_chain(revision.id), reader.audit_trail(revision.id)
    author = Actor("mina", Role.AUTHOR)
    context = site.context
    for attempt in (
        lambda: reopen.reopen(context, author, revision.id, seen_version=2),
        lambda: review.undo_decision(context, author, revision.id, seen_version=2),
        lambda: review.skip_case(context, author, revision.id),
        lambda: decided(site, revision, Action.APPROVE, actor=author),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    with site.context.store.read() as reader:
        assert (reader.decision_chain(revision.id), reader.audit_trail(revision.id)) == before
