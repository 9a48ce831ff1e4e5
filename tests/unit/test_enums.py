"""Every member of an enum is in every table keyed on it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from core.inference.base import ErrorKind
from core.load_test.results import LoadTestStatus
from core.moderation.appeals import CLOSING_WORDS, AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import TRANSITIONS, CaseStatus, CaseTrigger, TextGone
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource, visibility
from core.moderation.default_policy import BANDS
from core.moderation.failure_policy import FailurePolicy
from core.moderation.notices import AppealStage, DecidedBy
from core.moderation.permissions import GRANTS, Permission, Role, decide_permission
from core.moderation.policies import GRAVITY, SEVERITY, Action
from core.moderation.reports import ReportKind, ReportOutcome
from core.moderation.sampling import DrawPurpose, SamplingReason
from core.moderation.scores import Label
from core.moderation.second_looks import LookState
from core.moderation.text_rules import TextRuleKind
from core.services.review import describe_decision
from core.servinglog.causes.cause import CauseKind
from core.servinglog.objectives.alerts import AlertMessageType
from core.servinglog.objectives.rules import ObjectiveKind, Severity
from core.servinglog.record import Mode
from dashboard import wording
from dashboard.lookup import wording as author_wording
from dashboard.overview import wording as overview_wording
from dashboard.review.case_wording import WITHOUT_LABEL

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DECISION = Decision(
    "d", "r", Action.HOLD, DecisionSource.REVIEWER, "mina", 1, NOW, reason_code="other"
)
TABLES: list[tuple[str, type[StrEnum], Mapping[StrEnum, object]]] = [
    ("severity of actions", Action, SEVERITY),
    ("grants of roles", Role, GRANTS),
    ("bands of the default policy", Label, BANDS),
    ("gravity of labels", Label, GRAVITY),
    ("closing words of appeals", TextGone, CLOSING_WORDS),
    ("names of labels", Label, wording.LABELS),
    ("cases without a label", CaseTrigger, WITHOUT_LABEL),
    ("actions as done", Action, wording.ACTIONS_DONE),
    ("names of appeal states", AppealStatus, wording.APPEALS),
    ("names of triggers", CaseTrigger, wording.TRIGGERS),
    ("what roles are here for", Role, wording.ROLES),
    ("words for failures", ErrorKind, wording.FAILURES),
    ("badges of visibilities", Visibility, author_wording.BADGES),
    ("pages with more about a cause", CauseKind, overview_wording.DETAILS),
    ("colours of alerts", Severity, overview_wording.TONES),
]


@pytest.mark.parametrize(("name", "enum", "table"), TABLES, ids=[row[0] for row in TABLES])
def test_table_covers_its_enum(
    name: str, enum: type[StrEnum], table: Mapping[StrEnum, object]
) -> None:
    assert set(table) == set(enum)


@pytest.mark.parametrize("action", Action)
def test_action_has_a_visibility_and_words(action: Action) -> None:
    decided = replace(DECISION, action=action)
    assert visibility(decided) in Visibility
    assert describe_decision(decided).startswith("mina ")
    assert wording.decision_line(decided, NOW)


@pytest.mark.parametrize("source", DecisionSource)
def test_source_has_words(source: DecisionSource) -> None:
    assert wording.decision_line(replace(DECISION, source=source), NOW)


def test_an_undo_says_what_was_undone() -> None:
    reviewer = replace(DECISION, source=DecisionSource.REVIEWER, actor="lena")
    removal = replace(reviewer, id="r", action=Action.REMOVE, reason_code="threat")
    undo = replace(reviewer, id="u", action=Action.ESCALATE, undoes="r")
    line = wording.decision_lines([removal, undo], NOW)[0]
    assert line.startswith("lena · undid their decision (removed): escalated again · ")


@pytest.mark.parametrize("status", CaseStatus)
def test_status_takes_a_permission_and_is_ended_or_can_end(status: CaseStatus) -> None:
    assert decide_permission(status) in Permission
    can_end = any(start is status for start, _ in TRANSITIONS)
    assert can_end is (status is not CaseStatus.CLOSED)


def test_appeal_that_was_made_has_a_badge() -> None:
    assert {stage.value for stage in wording.APPEAL_BADGES} == {
        status.value for status in AppealStatus
    }


def test_status_of_an_appeal_is_a_stage_of_the_same_name() -> None:
    assert {AppealStage(status) for status in AppealStatus} < set(AppealStage)


# Stored strings: a change here is a migration, or a break of everybody's files and API.
STORED: list[tuple[type[StrEnum], set[str]]] = [
    (Action, {"approve", "hold", "remove", "escalate"}),
    (AppealStatus, {"pending", "upheld", "overturned", "closed"}),
    (CaseStatus, {"open", "escalated", "closed"}),
    (
        CaseTrigger,
        {"hold", "not_scored", "after_edit", "language", "not_read_whole", "reopened", "report",
         "blind"},
    ),
    (TextGone, {"edited", "withdrawn"}),
    (
        DecisionSource,
        {"rule", "failure_policy", "after_edit", "language", "not_read_whole", "earlier_approval",
         "reviewer"},
    ),
    (SamplingReason, {"flag", "report", "audit", "reopened", "double_review"}),
    (DrawPurpose, {"audit", "blind", "second_look", "golden", "order"}),
    (LookState, {"waiting", "agreed", "different", "settled"}),
    (ReportKind, {"user", "trusted_flagger"}),
    (ReportOutcome, {"opened", "joined", "recorded"}),
    (FailurePolicy, {"hold", "approve", "first_stage_only"}),
    (Role, {"author", "moderator", "lead", "ops", "admin", "auditor", "system"}),
    (Mode, {"realtime", "batch", "load_test", "warmup", "explain", "trial", "import"}),
    (
        Label,
        {"toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"},
    ),
    (
        AuditKind,
        {
            "comment.stored", "comment.edited", "comment.completed", "comment.withdrawn",
            "comment.erased", "reporter.erased",
            "decision.automated", "decision.reviewed", "decision.undone", "decision.reopened",
            "case.skipped", "appeal.filed",
        "appeal.looked_at", "appeal.upheld", "appeal.overturned", "appeal.closed",
            "policy.stored", "policy.drafted", "policy.proposed", "policy.published",
            "policy.discarded", "comment.reported", "reporter.muted", "reporter.unmuted",
            "group.decided", "group.undone", "preferences.changed", "read_limit.noted",
            "second_look.answered", "disagreement.settled", "golden.made", "golden.dropped",
        "audit.exported",
        "state.restored", "author.exported", "key.created", "key.rotated", "key.revoked",
        "statements.exported",
        "outbox.replayed", "digest.sent", "digest.failed",
        "address.erased",
        "load_test.started", "load_test.stopped", "person.invited", "person.given_roles",
        "person.disabled", "person.enabled",
        },
    ),
    (LoadTestStatus, {"running", "done", "stopped", "failed"}),
    (ObjectiveKind, {"latency", "availability", "decision"}),
    (Severity, {"page", "ticket"}),
    (AlertMessageType, {"alert.began", "alert.ended"}),
    (
        CauseKind,
        {
            "clock", "cold", "refusing", "dead", "flapping", "replica", "over", "long_texts",
            "burst", "queue", "network", "slow", "rate_limit", "restart", "store", "callers",
        },
    ),
    (Visibility, {"pending", "visible", "held", "removed", "withdrawn"}),
    (
        DecidedBy,
        {
            "nobody", "model", "not_scored", "language", "after_edit", "not_read_whole", "person",
            "model_then_person", "appeal", "earlier_approval", "text_rule",
            "text_rule_then_person",
        },
    ),
    (TextRuleKind, {"word", "link", "pattern"}),
]  # fmt: skip


@pytest.mark.parametrize(("enum", "values"), STORED, ids=[row[0].__name__ for row in STORED])
def test_stored_string_never_changes(enum: type[StrEnum], values: set[str]) -> None:
    assert {member.value for member in enum} == values
