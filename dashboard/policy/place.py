"""Where one person is on the page Policy, and what a press of theirs does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor
from core.moderation.policies import Policy, TextRule
from core.moderation.policy_bands import LabelBands, bands_of
from core.moderation.policy_drafts import DraftState, PolicyDraft, Tried
from core.moderation.reasons import Reason, check_reasons
from core.moderation.scores import Label
from core.services.policy_drafts import (
    discard_policy_draft,
    draft_policy,
    propose_policy,
    publish_policy,
    roll_back_policy,
)
from dashboard.policy.inputs import ReasonInputs, RuleInputs
from dashboard.problems import told
from dashboard.staff_texts import say


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The author's draft as the page shows it: `own` is what is stored, None if nothing is, `bands`
    are as the sliders stand, `text_rules` as the list has them, `reasons` as they were worded."""

    in_force: Policy
    own: PolicyDraft | None
    bands: Mapping[Label, LabelBands]
    text_rules: tuple[TextRule, ...]
    reasons: tuple[Reason, ...]

    @property
    def is_overtaken(self) -> bool:
        """Whether another version came into force since."""
        return self.own is not None and self.own.base_version != self.in_force.version

    @property
    def can_save(self) -> bool:
        """Whether saving would change anything. A roll back that was overtaken is begun anew."""
        is_old = self.is_overtaken and self.own is not None and self.own.rolls_back_to is None
        stored = self.own.policy if self.own is not None else self.in_force
        written = (self.text_rules, self.reasons)
        is_written_anew = written != (stored.text_rules, stored.reasons)
        return is_old or self.bands != bands_of(stored) or is_written_anew

    def can_save_note(self, note: str) -> bool:
        """Whether the reason alone was changed. Saving would make another draft of a roll back."""
        return self.own is not None and self.own.rolls_back_to is None and self.own.note != note

    @property
    def can_propose(self) -> bool:
        """Whether there is something that was not proposed yet."""
        is_drafted = self.own is not None and self.own.state is DraftState.DRAFTED
        return self.can_save or is_drafted


@dataclass(slots=True)
class PolicyPlace:
    """The state of one session on this page. A plain object, so that callbacks can write to it
    without `st.*` calls, which can interrupt them. `pressed` is what was done last: the second
    press of a double click is the same again. `rules` are the text rules that are not saved yet, of
    the draft `rules_of`; `added` counts those that were added. `reasons`, `reasons_of` and `worded`
    are the same of the clauses of the rules."""

    done: str = ""
    refusal: str = ""
    pressed: str = ""
    rules: tuple[TextRule, ...] = ()
    rules_of: str = ""
    added: int = 0
    reasons: tuple[Reason, ...] = ()
    reasons_of: str = ""
    worded: int = 0

    def rules_for(self, draft: str, begin: tuple[TextRule, ...]) -> tuple[TextRule, ...]:
        """The text rules of that draft, which begins with `begin`."""
        return self.rules if self.rules_of == draft else begin

    def add_rule(self, draft: str, rules: tuple[TextRule, ...], inputs: RuleInputs) -> None:
        """Put the typed rule behind the others, or in the place of one that looks for the same."""

        def act() -> None:
            rule = inputs.rule()
            kept = tuple(each for each in rules if each.id != rule.id)
            self.rules, self.rules_of = (*kept, rule), draft
            self.added += 1

        self._press(f"add {inputs}", act, say("policy.done.added"))

    def drop_rule(self, draft: str, rules: tuple[TextRule, ...], key: str) -> None:
        """Take the chosen rule away."""
        chosen = str(st.session_state[key])
        self.rules = tuple(each for each in rules if each.id != chosen)
        self.rules_of, self.done, self.refusal = draft, "", ""

    def reasons_for(self, draft: str, begin: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """The clauses of that draft, which begins with `begin`."""
        return self.reasons if self.reasons_of == draft else begin

    def word_reason(
        self,
        draft: str,
        reasons: tuple[Reason, ...],
        before: Reason,
        language: str,
        inputs: ReasonInputs,
    ) -> None:
        """Put the typed words in the place of those before, or behind the others if it is new."""

        def act() -> None:
            worded = inputs.reason(before, language)
            kept = [worded if one.code == before.code else one for one in reasons]
            found = tuple(kept if before in reasons else [*reasons, worded])
            check_reasons(found)
            self.reasons, self.reasons_of = found, draft
            self.worded += 1

        self._press(f"word {inputs}", act, say("policy.done.worded"))

    def drop_reason(self, draft: str, reasons: tuple[Reason, ...], code: str) -> None:
        """Take a clause away that no rule gives."""
        self.reasons = tuple(one for one in reasons if one.code != code)
        self.reasons_of, self.done, self.refusal = draft, "", ""

    def save(self, services: Services, actor: Actor, form: DraftForm, note_key: str) -> None:
        """Store the draft with the bands of the form and the reason typed so far."""
        note = str(st.session_state.get(note_key, ""))
        self._press(
            f"save {form} {note}",
            lambda: _save(services, actor, form, note),
            say("policy.done.saved"),
        )

    def propose(self, services: Services, actor: Actor, form: DraftForm, note_key: str) -> None:
        """Store the draft if it was changed, and ask for a second person."""
        note = str(st.session_state[note_key])

        def act() -> None:
            own = form.own
            if own is None or form.can_save:
                own = _save(services, actor, form, note)
            propose_policy(services.context, actor, own.id, own.version, note)

        self._press(f"propose {form} {note}", act, say("policy.done.proposed"))

    def publish(
        self,
        services: Services,
        actor: Actor,
        draft: PolicyDraft,
        tried: Tried | None,
        untried_key: str,
    ) -> None:
        """Bring another person's proposal into force, as it did on the past."""
        reason = str(st.session_state.get(untried_key, ""))
        self._press(
            f"publish {draft.id}",
            lambda: publish_policy(
                services.context,
                actor,
                draft.id,
                draft.version,
                tried=tried,
                untried_reason=reason,
            ),
            say("policy.done.published", version=str(draft.policy.version)),
        )

    def discard(self, services: Services, actor: Actor, draft: PolicyDraft) -> None:
        """End a draft."""
        self._press(
            f"discard {draft.id}",
            lambda: discard_policy_draft(services.context, actor, draft.id, draft.version),
            say("policy.done.discarded"),
        )

    def roll_back(self, services: Services, actor: Actor, version: int, note_key: str) -> None:
        """Propose what an earlier version says."""
        note = str(st.session_state[note_key])
        self._press(
            f"roll back {version} {note}",
            lambda: roll_back_policy(services.context, actor, version, note),
            say("policy.done.back", version=str(version)),
        )

    def _press(self, name: str, act: Callable[[], object], done: str) -> None:
        try:
            act()
        except ConsoleError as error:
            if self.pressed != name:
                self.done, self.refusal = "", told(error)
        else:
            self.done, self.refusal, self.pressed = done, "", name


def _save(services: Services, actor: Actor, form: DraftForm, note: str) -> PolicyDraft:
    return draft_policy(
        services.context,
        actor,
        form.bands,
        text_rules=form.text_rules,
        reasons=form.reasons,
        base_version=form.in_force.version,
        seen_version=form.own.version if form.own else None,
        note=note,
    )
