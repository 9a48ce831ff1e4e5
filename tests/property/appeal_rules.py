"""The steps of the state machine test that are about appeals."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.errors import ConsoleError, PermissionDenied, RuleBroken
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.hearing import hear_appeal, load_hearing, take_first_look
from tests.property.case_account import PEOPLE
from tests.property.case_invariants import WINDOW
from tests.property.expected import Expected
from tests.property.report_rules import ReportRules

people = st.sampled_from(list(PEOPLE.values()))
OTHER_REASONS = {"threat": "obscene", "obscene": "threat"}


class AppealRules(ReportRules):
    """Filed by the author, looked at and heard by people who took no part."""

    @rule(data=st.data())
    def appeal(self, data: st.DataObject) -> None:
        revision = self.pick(data, Expected.is_removed)
        words = "It was a quotation."
        seen = revision.in_public(self.now)
        held_from = seen.held_from()
        is_late = held_from is not None and self.now - held_from > WINDOW
        is_open = revision.is_there() and seen.is_removed() and revision.appeal is None
        if not is_open or is_late:
            with pytest.raises(RuleBroken):
                file_appeal(self.context, revision.reference, words)
            return
        revision.appeal_id = file_appeal(self.context, revision.reference, words).id
        revision.appeal = AppealStatus.PENDING
        revision.appeal_due = self.now + timedelta(days=self.context.answer_days)
        revision.kinds.append(AuditKind.APPEAL_FILED)

    @precondition(lambda self: self.appealed())
    @rule(data=st.data(), who=people, is_kept=st.booleans())
    def look_first(self, data: st.DataObject, who: Actor, is_kept: bool) -> None:
        self.look_at(data.draw(st.sampled_from(self.appealed())), who, is_kept=is_kept)

    def look_at(self, revision: Expected, who: Actor, *, is_kept: bool) -> None:
        answer = (Action.APPROVE, None) if is_kept else (Action.REMOVE, "threat")
        refusal = self.why_not_hear(revision, who)
        if refusal is None and who.id in revision.looked:
            refusal = RuleBroken
        if refusal is not None:
            with pytest.raises(refusal):
                take_first_look(self.context, who, revision.appeal_id, *answer)
        else:
            self.sees_decision(who, revision, is_shown=False)
            take_first_look(self.context, who, revision.appeal_id, *answer)
            revision.looked.add(who.id)
            revision.kinds.append(AuditKind.APPEAL_LOOKED_AT)
        self.sees_decision(who, revision, is_shown=True)

    @precondition(lambda self: self.appealed())
    @rule(data=st.data(), who=people, overturn=st.booleans(), is_other=st.booleans())
    def hear(self, data: st.DataObject, who: Actor, overturn: bool, is_other: bool) -> None:
        revision = data.draw(st.sampled_from(self.appealed()))
        self.hear_on(revision, who, overturn=overturn, is_other=is_other)

    @precondition(lambda self: self.hearable())
    @rule(data=st.data(), overturn=st.booleans(), is_other=st.booleans())
    def look_and_hear(self, data: st.DataObject, overturn: bool, is_other: bool) -> None:
        """By somebody who may: chance alone seldom finds one, and in this order."""
        revision, who = data.draw(st.sampled_from(self.hearable()))
        if who.id not in revision.looked:
            self.look_at(revision, who, is_kept=overturn)
        self.hear_on(revision, who, overturn=overturn, is_other=is_other and not overturn)

    def hearable(self) -> list[tuple[Expected, Actor]]:
        return [
            (revision, who)
            for revision in self.appealed()
            for who in PEOPLE.values()
            if self.why_not_hear(revision, who) is None
        ]

    def hear_on(self, revision: Expected, who: Actor, *, overturn: bool, is_other: bool) -> None:
        other = self.other_reason(revision) if is_other else None
        outcome = {"overturn": overturn, "reason": "A sentence.", "other_reason": other}
        refusal = self.why_not_hear(revision, who)
        if refusal is None and (who.id not in revision.looked or (overturn and other)):
            refusal = RuleBroken
        if refusal is not None:
            with pytest.raises(refusal):
                hear_appeal(self.context, who, revision.appeal_id, **outcome)
            return
        hear_appeal(self.context, who, revision.appeal_id, **outcome)
        revision.appeal = AppealStatus.OVERTURNED if overturn else AppealStatus.UPHELD
        revision.kinds.append(AuditKind.APPEAL_OVERTURNED if overturn else AuditKind.APPEAL_UPHELD)
        if overturn or other is not None:
            revision.is_reason_changed = not overturn
            revision.stands_for = other or ""
            action = Action.APPROVE if overturn else Action.REMOVE
            self.note_decision(revision, action, who, AuditKind.DECISION_REVIEWED, is_heard=True)

    def appealed(self) -> list[Expected]:
        return [known for known in self.revisions() if known.appeal]

    def why_not_hear(self, revision: Expected, who: Actor) -> type[ConsoleError] | None:
        if who.role is not Role.LEAD:
            return PermissionDenied
        if revision.appeal is not AppealStatus.PENDING:
            return RuleBroken
        return PermissionDenied if who.id in {by for _, by in revision.chain} else None

    def other_reason(self, revision: Expected) -> str:
        with self.context.store.read() as reader:
            standing = reader.decision_chain(revision.id)[-1].reason_code
        return OTHER_REASONS.get(standing or "", "threat")

    def sees_decision(self, who: Actor, revision: Expected, *, is_shown: bool) -> None:
        """Whether the appeal's decision is on the page of this person."""
        hearing = load_hearing(self.context, who, revision.appeal_id)
        assert (hearing.shown is not None) is is_shown
