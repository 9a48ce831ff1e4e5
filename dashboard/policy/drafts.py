"""What may be done with the draft on the page: save, propose, publish, discard."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Policy
from core.moderation.policy_drafts import MAX_NOTE_CHARS, DraftState, PolicyDraft
from core.services.policy_simulation import PolicyTrial
from dashboard.policy.place import DraftForm, PolicyPlace
from dashboard.policy.trial_words import tried_words
from dashboard.policy.wording import day_and_time
from dashboard.staff_texts import say
from dashboard.wording import on_primary


def own_actions(place: PolicyPlace, services: Services, actor: Actor, form: DraftForm) -> None:
    """For the author: a reason, and three buttons."""
    own = form.own
    drawn_for = f"{own.id}_{own.version}" if own else "new"
    if own is not None and own.state is DraftState.PROPOSED:
        st.badge(say("policy.draft.waits"), icon=":material/group:", color="blue")
    note_key = f"note_{drawn_for}"
    note = st.text_area(
        say("policy.draft.why"),
        own.note if own else "",
        key=note_key,
        height=76,
        max_chars=MAX_NOTE_CHARS,
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("policy.draft.save"),
            key=f"save_{drawn_for}",
            disabled=not (form.can_save or form.can_save_note(note)),
            on_click=place.save,
            args=(services, actor, form, note_key),
        )
        if own is not None:
            _discard(place, services, actor, own)
        words = say("policy.draft.ask")
        st.button(
            on_primary(words) if form.can_propose else words,
            key=f"propose_{drawn_for}",
            type="primary",
            disabled=not form.can_propose,
            on_click=place.propose,
            args=(services, actor, form, note_key),
        )


def others_actions(
    place: PolicyPlace,
    services: Services,
    actor: Actor,
    draft: PolicyDraft,
    trial: PolicyTrial | None,
) -> None:
    """For everybody else: why it was proposed, and for whoever may publish it two buttons. Without
    a `trial` on the past, they have to say why."""
    st.caption(say("policy.draft.author_says", when=day_and_time(draft.updated_at)))
    st.text(draft.note or say("policy.draft.nothing_yet"))
    if draft.state is not DraftState.PROPOSED:
        st.caption(say("policy.draft.not_proposed"))
        return
    if not can(actor, Permission.PUBLISH_POLICY):
        st.caption(say("policy.draft.waits_for_publisher"))
        return
    publish_actions(place, services, actor, draft, trial)


def publish_actions(
    place: PolicyPlace,
    services: Services,
    actor: Actor,
    draft: PolicyDraft,
    trial: PolicyTrial | None,
) -> None:
    """Discard or publish a proposal; without a `trial` they have to say why."""
    if draft.author == actor.id:
        st.caption(say("policy.draft.alone"))
    untried_key = f"untried_{draft.id}_{draft.version}"
    if trial is None:
        st.text_area(
            say("policy.draft.why_untried"),
            key=untried_key,
            height=76,
            max_chars=MAX_NOTE_CHARS,
        )
    else:
        st.caption(tried_words(trial))
    with st.container(horizontal=True, gap="small"):
        if draft.author != actor.id:
            _discard(place, services, actor, draft)
        words = say("policy.draft.publish", version=str(draft.policy.version))
        is_overtaken = trial is not None and draft.base_version != trial.in_force.version
        st.button(
            words if is_overtaken else on_primary(words),
            key=f"publish_{draft.id}_{draft.version}",
            type="primary",
            disabled=is_overtaken,
            on_click=place.publish,
            args=(services, actor, draft, trial.tried if trial else None, untried_key),
        )


def overtaken(in_force: Policy, draft: PolicyDraft, *, is_own: bool) -> None:
    """That another version came into force since the draft was begun."""
    if draft.base_version == in_force.version:
        return
    key = "policy.draft.overtaken_own" if is_own else "policy.draft.overtaken_other"
    words = say(key, version=str(in_force.version), base=str(draft.base_version))
    st.warning(words, icon=":material/update:")


def _discard(place: PolicyPlace, services: Services, actor: Actor, draft: PolicyDraft) -> None:
    st.button(
        say("policy.draft.discard"),
        key=f"discard_{draft.id}_{draft.version}",
        on_click=place.discard,
        args=(services, actor, draft),
    )
