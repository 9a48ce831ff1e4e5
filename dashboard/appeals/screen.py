"""The appeals page: comment and appeal side by side, heard by a person who took no part before."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.appeals import AppealStatus
from core.moderation.permissions import Actor
from core.services.queries import list_appeals, load_chain, load_policy
from core.store.views import AppealItem
from dashboard.appeals.card import appeal_card, appeal_list, outcome_card
from dashboard.appeals.facts import history_panel, scores_panel
from dashboard.appeals.hearing import HearingPlace, outcome_form
from dashboard.wiring import current_actor, current_services
from dashboard.wording import ago, viewer_zone

IS_PENDING = {"Pending": True, "Ended": False}
NOTHING_HERE = {
    "Pending": "No appeal is waiting: every appeal has been answered. Thank you.",
    "Ended": "No appeal has been heard yet.",
}


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        waiting = list_appeals(services.context, actor, pending=True)
    except PermissionDenied as refusal:
        st.error(str(refusal))
        return
    view = _header(services, waiting)
    items = waiting if IS_PENDING[view] else list_appeals(services.context, actor, pending=False)
    place: HearingPlace = st.session_state.setdefault(f"bench_{view}_{actor.id}", HearingPlace())
    item = place.place(items)
    left, middle, right = st.columns([26, 46, 28], gap="medium")
    with left:
        if items:
            appeal_list(place, items, services.clock.now())
        else:
            st.info(NOTHING_HERE[view], icon=":material/done_all:")
    with middle:
        if item is None and place.appeal_id is not None:
            item = _taken_by_somebody_else(place, services, actor)
        if item is not None:
            _both_sides(place, services, actor, item)
        if place.done:
            st.success(place.done, icon=":material/check:")
    if item is not None:
        with right:
            _facts(services, actor, item)


def _header(services: Services, waiting: Sequence[AppealItem]) -> str:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Appeals", width="content", anchor=False)
        st.badge(f"{len(waiting):,} waiting", color="gray")
        if waiting:
            oldest = waiting[0].appeal.filed_at
            st.badge(f"oldest {ago(oldest, services.clock.now())}", color="gray")
        st.space("stretch")
        view = st.segmented_control(
            "Which appeals",
            list(IS_PENDING),
            default="Pending",
            key="appeals",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
    return view or "Pending"


def _both_sides(place: HearingPlace, services: Services, actor: Actor, item: AppealItem) -> None:
    appeal_card(
        item,
        load_policy(services.context, actor, item.decision.policy_version),
        services.clock.now(),
    )
    if item.appeal.heard_at is not None:
        outcome_card(item, viewer_zone(st.context.timezone))
        return
    chain = load_chain(services.context, actor, item.appeal.revision_id)
    outcome_form(place, services, actor, item, chain)


def _facts(services: Services, actor: Actor, item: AppealItem) -> None:
    chain = load_chain(services.context, actor, item.appeal.revision_id)
    automated = next(past for past in reversed(chain) if past.is_automated)
    scores_panel(automated, load_policy(services.context, actor, automated.policy_version))
    history_panel(chain, item.reference, services.clock.now())


def _taken_by_somebody_else(
    place: HearingPlace, services: Services, actor: Actor
) -> AppealItem | None:
    """The open appeal, with its outcome, after a colleague heard it."""
    ended = list_appeals(services.context, actor, pending=False)
    item = next((item for item in ended if item.appeal.id == place.appeal_id), None)
    words = "Somebody else has heard this appeal. Their outcome stands."
    if item is not None and item.appeal.status is AppealStatus.CLOSED:
        words = "The text this appeal was about is gone, so the appeal is closed."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(words, width="stretch")
        st.button("Next appeal", key=f"next_{place.appeal_id}", on_click=place.open, args=(None,))
    return item


if __name__ == "__main__":
    render(current_services(), current_actor())
