"""What may be done with the draft on the page: save, propose, publish, discard."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Policy
from core.moderation.policy_drafts import MAX_NOTE_CHARS, DraftState, PolicyDraft
from core.services.policy_simulation import PolicyTrial
from dashboard.policy.place import DraftForm, PolicyPlace
from dashboard.policy.wording import ALONE, tried_words
from dashboard.wording import on_primary


def own_actions(place: PolicyPlace, services: Services, actor: Actor, form: DraftForm) -> None:
    """For the author: a reason, and three buttons."""
    own = form.own
    drawn_for = f"{own.id}_{own.version}" if own else "new"
    if own is not None and own.state is DraftState.PROPOSED:
        st.badge("waits for a second person", icon=":material/group:", color="blue")
    note_key = f"note_{drawn_for}"
    note = st.text_area(
        "Why (whoever publishes it reads this)",
        own.note if own else "",
        key=note_key,
        height=76,
        max_chars=MAX_NOTE_CHARS,
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save draft",
            key=f"save_{drawn_for}",
            disabled=not (form.can_save or form.can_save_note(note)),
            on_click=place.save,
            args=(services, actor, form, note_key),
        )
        if own is not None:
            _discard(place, services, actor, own)
        words = "Ask a second person"
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
    st.caption(f"{draft.updated_at:%d %b %Y %H:%M} UTC; the author says why:")
    st.text(draft.note or "(nothing yet)")
    if draft.state is not DraftState.PROPOSED:
        st.caption("Its author has not proposed it.")
        return
    if not can(actor, Permission.PUBLISH_POLICY):
        st.caption("It waits for a person who may publish it.")
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
        st.caption(ALONE)
    untried_key = f"untried_{draft.id}_{draft.version}"
    if trial is None:
        st.text_area(
            "It could not be tried on the past. Why publish it all the same?",
            key=untried_key,
            height=76,
            max_chars=MAX_NOTE_CHARS,
        )
    else:
        st.caption(tried_words(trial))
    with st.container(horizontal=True, gap="small"):
        if draft.author != actor.id:
            _discard(place, services, actor, draft)
        words = f"Publish as version {draft.policy.version}"
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
    what = (
        "Save it once more to begin from that one, then ask again."
        if is_own
        else "Its author has to look at that first."
    )
    st.warning(
        f"Version {in_force.version} came into force after this was begun from version "
        f"{draft.base_version}, so it can't be published. {what}",
        icon=":material/update:",
    )


def _discard(place: PolicyPlace, services: Services, actor: Actor, draft: PolicyDraft) -> None:
    st.button(
        "Discard",
        key=f"discard_{draft.id}_{draft.version}",
        on_click=place.discard,
        args=(services, actor, draft),
    )
