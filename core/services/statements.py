"""Statements of reasons for the EU's transparency database: one for each restriction of a span."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.errors import InvalidInput, StoreError
from core.moderation.audit import STATEMENTS, AuditKind
from core.moderation.cases import TextGone
from core.moderation.decisions import Decision
from core.moderation.dsa.field_rules import FieldProblem
from core.moderation.dsa.fields import Fields
from core.moderation.dsa.origin import HeededReport
from core.moderation.dsa.restrictions import GoneText, Restriction, restrictions_of
from core.moderation.dsa.rules import problems_of
from core.moderation.dsa.statement import RestrictedText, build_fields
from core.moderation.permissions import SYSTEM, Actor, Permission, check_can
from core.moderation.policies import Policy
from core.moderation.reports import ReportOutcome
from core.services.context import Context
from core.store.base import Reader
from core.store.transparency_base import TextTimes

FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StatementMade:
    """A restriction that began in the span, and its statement. With `problems`, the rules of the
    database that it breaks, it can't be sent."""

    restriction: Restriction
    fields: Fields
    problems: Sequence[FieldProblem]


@dataclass(frozen=True, slots=True)
class StatementEnded:
    """A restriction that ended in the span; its statement may be of an earlier one."""

    restriction: Restriction


def export_statements(
    context: Context, actor: Actor, since: datetime, until: datetime, *, rules_url: str = ""
) -> Iterator[StatementMade | StatementEnded]:
    """The statements of the restrictions that began in the span, in that order, and then those that
    ended in it. The span has its beginning and not its end, which is the present if it is later.
    Spans that follow each other give each statement and each end once, and the same span gives the
    same again. That somebody exports them is stored as an event before the first one is given.

    Raises PermissionDenied, and InvalidInput for a span that ends before it begins.
    """
    check_can(actor, Permission.EXPORT_STATEMENTS)
    until = min(until, context.clock.now())
    check_span(since, until)
    span = {"since": since.isoformat(), "until": until.isoformat()}
    # This write waits for every one that began before it, and the reading comes after it. So no
    # decision from before `until` can be stored later, and be missing in this span and the next.
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.STATEMENTS_EXPORTED, actor, STATEMENTS, **span))
    return _statements(context, since, until, rules_url)


def check_span(since: datetime, until: datetime) -> None:
    """Raises InvalidInput for a span that is empty or ends before it begins."""
    if since >= until:
        raise InvalidInput(f"the span begins at {since} and does not end after that, at {until}")


def _statements(
    context: Context, since: datetime, until: datetime, rules_url: str
) -> Iterator[StatementMade | StatementEnded]:
    with context.store.read() as reader:
        known = _Known(reader.people_deciding(FIRST_DAY), rules_url)
        for decision_id, revision_id in reader.restricting_decisions(since, until):
            text = _Text.read(reader, revision_id, until)
            for restriction in text.restrictions:
                if restriction.decision.id == decision_id:
                    fields = build_fields(restriction, text.restricted(reader, known))
                    yield StatementMade(restriction, fields, problems_of(fields))
        for revision_id in reader.texts_with_ends(since, until):
            for restriction in _Text.read(reader, revision_id, until).restrictions:
                if restriction.ended_at is not None and since <= restriction.ended_at < until:
                    yield StatementEnded(restriction)


@dataclass(frozen=True, slots=True)
class _Known:
    """What all statements of an export share: the ids of the people who decide, the address of the
    rules, and the policies that were read."""

    staff: Collection[str]
    rules_url: str
    policies: dict[int, Policy] = field(default_factory=dict)

    def policies_of(self, reader: Reader, chain: Sequence[Decision]) -> Mapping[int, Policy]:
        """All that were read, those of the chain among them."""
        for version in {past.policy_version for past in chain}.difference(self.policies):
            policy = reader.policy(version)
            if policy is None:
                raise StoreError(f"Policy version {version} is not in the state.")
            self.policies[version] = policy
        return self.policies


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with its decisions, as they were at the end of the span."""

    revision_id: str
    times: TextTimes
    chain: Sequence[Decision]
    restrictions: Sequence[Restriction]

    @classmethod
    def read(cls, reader: Reader, revision_id: str, until: datetime) -> "_Text":
        times, chain = reader.text_times(revision_id), reader.decision_chain(revision_id)
        gone = _gone(times)
        return cls(revision_id, times, chain, restrictions_of(chain, until, gone))

    def restricted(self, reader: Reader, known: _Known) -> RestrictedText:
        return RestrictedText(
            chain=self.chain,
            policies=known.policies_of(reader, self.chain),
            posted_at=self.times.posted_at,
            reports=_heeded(reader, self) if self.times.is_reported else (),
            names={self.times.author, *known.staff} - {SYSTEM.id},
            rules_url=known.rules_url,
        )


def _gone(times: TextTimes) -> GoneText | None:
    ends = [
        GoneText(at, because)
        for at, because in (
            (times.edited_at, TextGone.EDITED),
            (times.withdrawn_at, TextGone.WITHDRAWN),
        )
        if at is not None
    ]
    return min(ends, key=lambda gone: gone.at, default=None)


def _heeded(reader: Reader, text: _Text) -> list[HeededReport]:
    """The reports that opened a case or joined one, by what the audit log says of each; those from
    before the first decision were counted when that was made."""
    outcomes = {
        event.data.get("report"): event.data.get("outcome")
        for event in reader.audit_trail(text.revision_id)
        if event.kind is AuditKind.COMMENT_REPORTED
    }
    return [
        HeededReport(item.report.kind, item.report.reported_at)
        for item in reader.reports(text.revision_id)
        if outcomes.get(item.report.id) in (ReportOutcome.OPENED, ReportOutcome.JOINED)
        or item.report.reported_at < text.chain[0].decided_at
    ]
