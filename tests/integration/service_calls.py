"""A call of every service that checks a permission, and the roles that may make it."""

from collections.abc import Callable

from core.bootstrap.services import Services
from core.inference.fake import FakeBackend
from core.moderation.comments import IncomingComment
from core.moderation.erasure import RetentionDays
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.moderation.queue import QueueFilter
from core.services import (
    erasure,
    explain,
    ingest,
    job_time,
    parity,
    queries,
    queue,
    reopen,
    review,
    trials,
    withdraw,
)
from core.services.author_data import export_author
from core.services.backends import load_site_backends
from core.services.claims import claim_case, release_case
from core.services.preferences import (
    count_left_out,
    load_exposure,
    load_preferences,
    save_preferences,
)
from core.services.restore import finish_restore
from core.services.search import search
from core.services.trials import SpareBackends
from core.servinglog.estimates.levers import SiteMeasures
from core.servinglog.record import DiscardingLog
from tests.factories import (
    CLEAN,
    HELD,
    REMOVED,
    decided,
    scored,
)
from tests.integration.appeal_calls import APPEAL_TABLE
from tests.integration.key_calls import KEY_TABLE
from tests.integration.latency_calls import LATENCY_TABLE
from tests.integration.near_calls import NEAR_TABLE
from tests.integration.outbox_calls import OUTBOX_TABLE
from tests.integration.people_calls import PEOPLE_TABLE
from tests.integration.policy_calls import POLICY_TABLE
from tests.integration.quality_calls import QUALITY_TABLE
from tests.integration.report_calls import REPORT_TABLE
from tests.integration.transparency_calls import TRANSPARENCY_TABLE
from tests.integration.work_calls import WORK_TABLE

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


def claim_escalated(services: Services, actor: Actor) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    claim_case(services.context, actor, revision.id)


def ingest_one(services: Services, actor: Actor) -> None:
    comment = IncomingComment("roles", "1", CLEAN, "sam", services.clock.now())
    list(ingest.ingest(services.context, actor, [comment]))


def withdraw_one(services: Services, actor: Actor) -> None:
    ingest_one(services, Actor("ops", Role.OPS))
    withdraw.withdraw_comment(services.context, actor, "roles", "1")


def estimate_job(services: Services, actor: Actor) -> None:
    scored(services, CLEAN)  # an estimate needs a logged call
    log, wanted = services.serving_log_queries, job_time.WantedJob(100)
    job_time.estimate_job(actor, log, services.clock, wanted, SiteMeasures())


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


def search_words(services: Services, actor: Actor) -> None:
    search(services.context, actor, "word")


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
TABLE: dict[tuple[str, str], tuple[Call, str]] = {
    **APPEAL_TABLE,
    **NEAR_TABLE,
    **OUTBOX_TABLE,
    **POLICY_TABLE,
    **QUALITY_TABLE,
    **REPORT_TABLE,
    **TRANSPARENCY_TABLE,
    **LATENCY_TABLE,
    **WORK_TABLE,
    ("backends.load_site_backends", "look"): (look_at_site, "nyyyyy"),
    ("claims.claim_case", "open"): (
        lambda s, a: claim_case(s.context, a, scored(s, HELD).id),
        "nyynnn",
    ),
    ("claims.claim_case", "escalated"): (claim_escalated, "nnynnn"),
    ("claims.release_case", "release"): (
        lambda s, a: release_case(s.context, a, scored(s, HELD).id),
        "nyynnn",
    ),
    ("explain.explain_revision", "explain"): (
        lambda s, a: explain.explain_revision(s.context, a, s.explainer, scored(s, HELD).id),
        "nyynny",
    ),
    ("ingest.ingest", "bring in"): (ingest_one, "nnnynn"),
    ("job_time.estimate_job", "view"): (estimate_job, "nyyyyy"),
    ("job_time.logged_backends", "view"): (
        lambda s, a: job_time.logged_backends(a, s.serving_log_queries, s.clock),
        "nyyyyy",
    ),
    ("parity.compare_stored", "compare"): (compare_stored, "nnyynn"),
    ("parity.compare_backends", "compare"): (compare_sample, "nnyynn"),
    ("preferences.count_left_out", "count"): (lambda s, a: count_left_out(s.context, a), "nnynnn"),
    ("preferences.load_exposure", "load"): (lambda s, a: load_exposure(s.context, a), "nyynnn"),
    ("preferences.load_preferences", "load"): (
        lambda s, a: load_preferences(s.context, a),
        "nyyyyy",
    ),
    ("preferences.save_preferences", "save"): (
        lambda s, a: save_preferences(s.context, a, Preferences(is_lighter=True)),
        "nyyyyy",
    ),
    ("queries.count_queue", "count"): (lambda s, a: queries.count_queue(s.context, a), "nyynny"),
    ("queries.list_reasons", "list"): (lambda s, a: queries.list_reasons(s.context, a), "nyynny"),
    ("queries.list_undoable", "list"): (
        lambda s, a: queries.list_undoable(s.context, a),
        "nyynnn",
    ),
    ("queries.load_case", "load"): (
        lambda s, a: queries.load_case(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
    ("queries.load_cases", "load"): (
        lambda s, a: queries.load_cases(s.context, a, [scored(s, HELD).id]),
        "nyynny",
    ),
    ("queue.list_queue", "list"): (
        lambda s, a: queue.list_queue(s.context, a, QueueFilter()),
        "nyynny",
    ),
    ("queue.count_facets", "count"): (
        lambda s, a: queue.count_facets(s.context, a, QueueFilter()),
        "nyynny",
    ),
    ("queue.arrivals", "count"): (
        lambda s, a: queue.arrivals(s.context, a, QueueFilter(), "0"),
        "nyynny",
    ),
    ("reopen.load_case_reopening", "look"): (
        lambda s, a: reopen.load_case_reopening(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
    ("reopen.load_reopening", "look"): (
        lambda s, a: reopen.load_reopening(s.context, a, scored(s, HELD).reference),
        "nyyynn",
    ),
    ("reopen.reopen", "open a case on a visible comment"): (open_case, "nyyynn"),
    ("reopen.reopen", "their own removal"): (reopen_own, "nyynnn"),
    ("reopen.reopen", "another's removal"): (reopen_another, "nnynnn"),
    ("review.decide_case", "open"): (decide, "nyynnn"),
    ("review.decide_case", "escalated"): (decide_escalated, "nnynnn"),
    ("review.skip_case", "skip"): (
        lambda s, a: review.skip_case(s.context, a, scored(s, HELD).id),
        "nyynnn",
    ),
    ("review.undo_decision", "open"): (undo, "nyynnn"),
    ("review.undo_decision", "escalated"): (undo_on_escalated, "nnynnn"),
    ("search.search", "search"): (search_words, "nyynny"),
    ("trials.check_backend", "check"): (
        lambda s, a: trials.check_backend(a, spare(s), "fake"),
        "nnyynn",
    ),
    ("trials.try_comment", "try"): (
        lambda s, a: trials.try_comment(s.context, a, spare(s), ["fake"], CLEAN),
        "nnyynn",
    ),
    ("withdraw.withdraw_comment", "withdraw"): (withdraw_one, "nnnynn"),
    ("erasure.count_erasable", "count"): (
        lambda s, a: erasure.count_erasable(s.context, a, "test", "sam"),
        "nnnnyn",
    ),
    ("erasure.alike_names", "find"): (
        lambda s, a: erasure.alike_names(s.context, a, "test", "sam"),
        "nnnnyn",
    ),
    ("erasure.erase_author", "erase"): (
        lambda s, a: list(erasure.erase_author(s.context, a, "test", "sam")),
        "nnnnyn",
    ),
    **KEY_TABLE,
    **PEOPLE_TABLE,
    ("author_data.export_author", "export"): (
        lambda s, a: list(export_author(s.context, a, "test", "sam")),
        "nnnnyn",
    ),
    ("restore.finish_restore", "finish"): (
        lambda s, a: finish_restore(s.context, a, s.clock.now(), lambda _: set()),
        "nnnnyn",
    ),
    ("erasure.erase_expired", "erase"): (
        lambda s, a: list(erasure.erase_expired(s.context, a, RetentionDays(200))),
        "nnnnyn",
    ),
}
