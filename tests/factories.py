"""Brings a console into a wanted state by calling its real services, on a given home folder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from core.bootstrap.services import Services, build_services
from core.clock import Clock, system_clock
from core.config import Settings
from core.inference.fake import FakeBackend
from core.moderation.appeals import Appeal
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseStatus
from core.moderation.comments import IncomingComment, Revision
from core.moderation.decisions import Decision
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.moderation.reports import IncomingReport
from core.services.appeal import file_appeal
from core.services.hearing import hear_appeal, take_first_look
from core.services.ingest import ingest
from core.services.queue import MAX_LIMIT, list_queue
from core.services.report import Reported, report_comment
from core.services.review import Review, decide_case
from core.services.score import score_waiting
from core.services.submit import API
from core.services.withdraw import withdraw_comment
from core.serving.api_keys import KeyFolder
from core.store.queue_views import QueueLine
from tests.fresh_state import put_fresh_state
from tests.postgres_states import state_url
from tests.submitting import score_now

MODERATOR = Actor("mina", Role.MODERATOR)
LEAD = Actor("lena", Role.LEAD)
OTHER_LEAD = Actor("ravi", Role.LEAD)

# The texts' scores come from the fake backend; see core/inference/fake.py.
CLEAN = "What a lovely morning it was."
HELD = "You idiot, read the article first."
REMOVED = "Only a moron would write this."
HOSTILE = (
    "<img src=http://example.invalid/x.png> ![x](http://example.invalid/y.png) :red[no] **b** <b>"
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
"""A trace id, in the form of W3C Trace Context."""

_numbers = count(1)


def make_services(
    home: Path, *, days_ago: float = 0, clock: Clock | None = None, **changes: Any
) -> Services:
    """Services on the fake backend, with changed settings; decisions take effect at once unless
    `grace_s` says otherwise. With `days_ago` their clock is in the past; `clock` is another one."""
    past = timedelta(days=days_ago)
    past_clock = Clock(now=lambda: datetime.now(UTC) - past, monotonic=system_clock().monotonic)
    changes = {"state_url": state_url(home), "grace_s": 0} | changes
    settings = Settings(home=home, backend="fake", cache_size=0, **changes)
    if settings.keeps_state_in_home:
        put_fresh_state(settings.state_path)
    return build_services(settings, worker="test", clock=clock or past_clock)


def make_key(services: Services, name: str = "site") -> str:
    """A key of the API."""
    return KeyFolder(services.settings.api_keys_dir).create(name, services.clock.now())


def posted(services: Services, text: str, *, author: str = "sam") -> Revision:
    """A comment that is stored but not scored."""
    source_id = f"c-{next(_numbers)}"
    incoming = IncomingComment("test", source_id, text, author, services.clock.now())
    list(ingest(services.context, SYSTEM, [incoming]))
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("test", source_id)
        revision = reader.latest_revision(comment.id) if comment else None
    assert revision is not None, "the comment was not stored"
    return revision


def scored(services: Services, text: str, *, author: str = "sam") -> Revision:
    """A comment the policy has decided on: see CLEAN, HELD, REMOVED."""
    revision = posted(services, text, author=author)
    list(score_waiting(services.context, services.scorer))
    return revision


def edited(services: Services, revision: Revision, text: str) -> Revision:
    """The comment sent once more with that text, and scored; its newest revision."""
    row = IncomingComment(*source_key(services, revision), text, "sam", services.clock.now())
    list(ingest(services.context, SYSTEM, [row]))
    list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        newest = reader.latest_revision(revision.comment_id)
    assert newest is not None
    return newest


def withdrawn(services: Services, revision: Revision) -> Revision:
    """The revision, whose comment is withdrawn by its site."""
    withdraw_comment(services.context, SYSTEM, *source_key(services, revision))
    return revision


def unscored(services: Services, text: str = CLEAN) -> Revision:
    """A comment held by the failure policy, because the backend was down."""
    revision = posted(services, text)
    backend = services.full_model
    assert isinstance(backend, FakeBackend), "only the fake backend can be set to fail"
    with services.context.store.read() as reader:
        policy = reader.newest_policy()
    assert policy is not None, "a fresh console has a policy"
    backend.is_down = True
    score_now(services.context, services.scorer, policy, [revision])
    backend.is_down = False
    return revision


def decided(
    services: Services,
    revision: Revision,
    action: Action,
    *,
    actor: Actor = MODERATOR,
    reason_code: str | None = "harassment",
    note: str = "",
) -> Decision:
    """A reviewer's decision on a case."""
    review = Review(
        revision_id=revision.id,
        seen_version=len(chain_of(services, revision)),
        action=action,
        idempotency_key=f"test-{next(_numbers)}",
        reason_code=reason_code if action is Action.REMOVE else None,
        note=note,
    )
    return decide_case(services.context, actor, review)


def removed_by_person(services: Services, text: str = HELD, *, note: str = "") -> Revision:
    """A comment held by the model, then removed by `mina`."""
    revision = scored(services, text)
    decided(services, revision, Action.REMOVE, note=note)
    return revision


def appealed(services: Services, revision: Revision, words: str = "I quoted somebody.") -> Appeal:
    """The author's appeal of a removal."""
    return file_appeal(services.context, revision.reference, words)


def heard(services: Services, appeal: Appeal, *, overturn: bool, actor: Actor = LEAD) -> Appeal:
    """The appeal's outcome, decided by a lead who took no part before, after a first look."""
    take_first_look(services.context, actor, appeal.id, Action.APPROVE)
    reason = "The quotation marks make it clear." if overturn else "It insults a person directly."
    return hear_appeal(services.context, actor, appeal.id, overturn=overturn, reason=reason)


def report_of(
    services: Services, revision: Revision, reporter: str = "una", **changes: Any
) -> IncomingReport:
    """A report on the revision's comment, as a site would send it."""
    source, source_id = source_key(services, revision)
    sent = IncomingReport(reporter, "harassment", source=source, source_id=source_id)
    return replace(sent, **changes)


def reported(
    services: Services, revision: Revision, reporter: str = "una", **changes: Any
) -> Reported:
    """The revision's comment is reported by the site."""
    return report_comment(services.context, API, report_of(services, revision, reporter, **changes))


def case_of(services: Services, revision: Revision) -> Case:
    """The revision's case, which it must have."""
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    assert case is not None, "the revision has no case"
    return case


def has_case(services: Services, revision: Revision) -> bool:
    """Whether there is one, open or not."""
    with services.context.store.read() as reader:
        return reader.case_of(revision.id) is not None


def listed(
    services: Services, *statuses: CaseStatus, actor: Actor = MODERATOR
) -> Sequence[QueueLine]:
    """The first page of the review queue: of the open cases, or of those with `statuses`."""
    chosen = QueueFilter(statuses=statuses or (CaseStatus.OPEN,))
    return list_queue(services.context, actor, chosen, limit=MAX_LIMIT).items


def source_key(services: Services, revision: Revision) -> tuple[str, str]:
    """The source of the revision's comment and the comment's id there."""
    with services.context.store.read() as reader:
        comment = reader.comment(revision.comment_id)
    assert comment is not None, "the revision is of no stored comment"
    return comment.source, comment.source_id


def chain_of(services: Services, revision: Revision) -> list[Decision]:
    """All decisions on the revision, oldest first."""
    with services.context.store.read() as reader:
        return list(reader.decision_chain(revision.id))


def audit_kinds(services: Services, revision: Revision) -> list[AuditKind]:
    """The kinds of the revision's audit events, oldest first."""
    with services.context.store.read() as reader:
        return [event.kind for event in reader.audit_trail(revision.id)]
