"""The page Policy: the bands in force, a draft beside them, what it would have done, versions."""

from dataclasses import replace

import streamlit as st

from core.bootstrap.services import Services
from core.errors import InvalidPolicy, PermissionDenied, StoreError
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Policy
from core.moderation.policy_bands import with_bands
from core.moderation.policy_drafts import DraftState, PolicyDraft
from core.services.policy_desk import PolicyDesk, load_policy_desk
from core.services.policy_simulation import PolicyTrial, try_policy
from dashboard.policy.bands import band_sliders, in_words
from dashboard.policy.drafts import others_actions, overtaken, own_actions, publish_actions
from dashboard.policy.place import DraftForm, PolicyPlace
from dashboard.policy.reasons import reasons_editor
from dashboard.policy.sentences import policy_lines
from dashboard.policy.text_rules import text_rules_editor
from dashboard.policy.trial import trial_card
from dashboard.policy.versions import versions_card
from dashboard.policy.wording import (
    LENGTHS,
    TrialSpan,
    draft_name,
    draft_title,
    waiting_proposals,
)
from dashboard.problems import told
from dashboard.span_choice import choose_span
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import local_time, plain, viewer_zone

OWN = ""
"""The choice of one's own draft, or of the policy in force."""


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        desk = load_policy_desk(services.context, actor)
    except (PermissionDenied, StoreError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    place: PolicyPlace = st.session_state.setdefault(f"policy_{actor.id}", PolicyPlace())
    span = _header(desk, can_try=can(actor, Permission.SIMULATE_POLICY))
    _outcome(place)
    _proposals(actor, desk)
    if not can(actor, Permission.SIMULATE_POLICY):
        with st.container(border=True):
            st.markdown(f"**{say('policy.page.in_words')}**")
            for line in policy_lines(desk.in_force):
                st.text(line)
        versions_card(place, services, actor, desk)
        return
    left, right = st.columns([32, 68], gap="medium")
    with left:
        with st.container(border=True):
            policy, other = _draft_card(place, services, actor, desk)
            # Whoever publishes it is asked below what they have seen of it, so that comes first.
            actions = st.container()
        versions_card(place, services, actor, desk)
    with right:
        trial = _trial(services, actor, policy, span)
    if other is not None:
        with actions:
            if other.author == actor.id:
                publish_actions(place, services, actor, other, trial)
            else:
                others_actions(place, services, actor, other, trial)


def _header(desk: PolicyDesk, *, can_try: bool) -> TrialSpan:
    since = local_time(desk.in_force.created_at, viewer_zone(st.context.timezone))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.policy"), width="content", anchor=False)
        version = str(desk.in_force.version)
        words = say("policy.page.in_force_since", version=version, when=plain(since))
        st.badge(words, color="gray")
        st.space("stretch")
        if not can_try:
            return TrialSpan.MONTH
        return choose_span(TrialSpan.MONTH, "policy.span", say("policy.page.tried_on"))


def _outcome(place: PolicyPlace) -> None:
    if place.refusal:
        st.error(plain(place.refusal), icon=":material/error:")
    elif place.done:
        st.success(plain(place.done), icon=":material/check:")


def _proposals(actor: Actor, desk: PolicyDesk) -> None:
    """That somebody's proposal waits, for whoever may publish it."""
    if not can(actor, Permission.PUBLISH_POLICY):
        return
    waiting = [
        draft
        for draft in desk.drafts
        if draft.state is DraftState.PROPOSED and draft.author != actor.id
    ]
    if words := waiting_proposals(waiting):
        st.info(plain(words), icon=":material/group:")


def _draft_card(
    place: PolicyPlace, services: Services, actor: Actor, desk: PolicyDesk
) -> tuple[Policy, PolicyDraft | None]:
    """The sliders, the text rules and what the author may do. Returns the policy to try and, if it
    is another person's or one's own that no second person has to publish, its draft."""
    draft, is_own = _chosen(actor, desk)
    can_edit = is_own and can(actor, Permission.DRAFT_POLICY)
    in_force = desk.in_force
    if draft is not None:
        st.markdown(f"**{plain(draft_title(draft))}**")
        overtaken(in_force, draft, is_own=is_own)
        if draft.rolls_back_to is not None:
            words = say("policy.name.back_to", version=str(draft.rolls_back_to))
            st.badge(words, icon=":material/undo:")
    else:
        _title_in_force(in_force, can_edit=can_edit)
    bands = band_sliders(in_force, draft, can_edit=can_edit)
    text_rules = text_rules_editor(place, in_force, draft, can_edit=can_edit)
    reasons = reasons_editor(
        place,
        in_force,
        draft,
        site_language=services.settings.author_language,
        can_edit=can_edit,
    )
    policy = draft.policy if draft is not None else in_force
    form = DraftForm(in_force, draft, bands, text_rules, reasons)
    if can_edit and form.can_save:
        policy = _as_set(services, form) or policy
    in_words(in_force, policy)
    if can_edit:
        own_actions(place, services, actor, form)
    if can_edit and (form.can_save or not _may_publish_own(desk, draft)):
        return policy, None
    return policy, draft


def _title_in_force(in_force: Policy, *, can_edit: bool) -> None:
    title = say("policy.name.version", version=str(in_force.version))
    words = say("policy.name.begins_here" if can_edit else "policy.name.in_force")
    st.markdown(f"**{title}**, {words}")


def _may_publish_own(desk: PolicyDesk, draft: PolicyDraft | None) -> bool:
    is_proposed = draft is not None and draft.state is DraftState.PROPOSED
    return is_proposed and desk.may_publish_alone


def _as_set(services: Services, form: DraftForm) -> Policy | None:
    """The policy with the bands of the sliders; None, and a message, if there can be none."""
    version, now = form.in_force.version + 1, services.clock.now()
    try:
        banded = with_bands(form.in_force, form.bands, version=version, created_at=now)
        return replace(banded, text_rules=form.text_rules, reasons=form.reasons)
    except InvalidPolicy as error:
        st.error(plain(told(error)), icon=":material/error:")
        return None


def _chosen(actor: Actor, desk: PolicyDesk) -> tuple[PolicyDraft | None, bool]:
    """The draft to show, None for the policy in force, and whether it is one's own to edit."""
    own = next((each for each in desk.drafts if each.author == actor.id), None)
    others = {each.id: each for each in desk.drafts if each.author != actor.id}
    if not others:
        return own, True
    may_draft = can(actor, Permission.DRAFT_POLICY)
    mine = say("policy.page.yours" if may_draft else "policy.page.in_force")
    chosen = st.selectbox(
        say("policy.page.show"),
        [OWN, *others],
        format_func=lambda name: draft_name(others[name]) if name in others else mine,
        key=f"shown_{'_'.join(others)}",
    )
    return (others[chosen], False) if chosen in others else (own, True)


def _trial(services: Services, actor: Actor, policy: Policy, span: TrialSpan) -> PolicyTrial | None:
    """The trial, after it was shown; None if it could not be made."""
    length = LENGTHS[span]
    since = None if length is None else services.clock.now() - length
    try:
        with st.spinner(say("policy.page.trying")):
            trial = try_policy(
                services.context, actor, services.policy_history, policy, since=since
            )
    except StoreError as error:
        st.error(plain(told(error)), icon=":material/error:")
        return None
    trial_card(services, actor, trial)
    return trial


if __name__ == "__main__":
    render(current_services(), current_actor())
