"""Golden items, and what two people said alike, which can become some."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Policy
from core.services.disagreements import list_agreed
from core.store.quality_base import LookItem
from dashboard.covered import covered_text, wants_cover
from dashboard.quality.badges import action_badge
from dashboard.quality.place import QualityPlace
from dashboard.quality.wording import alike_line
from dashboard.staff_texts import number, say

AT_ONCE = 20
LONGEST = 400


def golden_view(place: QualityPlace, services: Services, actor: Actor, policy: Policy) -> None:
    """Golden items to the left, what could become some to the right."""
    st.caption(say("quality.golden.about"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{say('quality.golden.title')}**")
        items = list_agreed(services.context, actor, golden=True)
        if items:
            _list(place, services, actor, items, policy)
        else:
            st.caption(say("quality.golden.none"))
    with right:
        st.markdown(f"**{say('quality.golden.alike_title')}**")
        items = list_agreed(services.context, actor, golden=False)
        if items:
            _list(place, services, actor, items, policy)
        else:
            st.caption(say("quality.golden.no_candidates"))


def _list(
    place: QualityPlace,
    services: Services,
    actor: Actor,
    items: Sequence[LookItem],
    policy: Policy,
) -> None:
    if len(items) > AT_ONCE:
        st.caption(say("quality.page.newest", shown=number(AT_ONCE)))
    is_covered = wants_cover(services, actor)
    for item in items[:AT_ONCE]:
        look = item.look
        is_golden = look.golden_by is not None
        with st.container(border=True, key=f"agreed_{look.id}"):
            st.text(covered_text(item.text[:LONGEST], is_wanted=is_covered))
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                action_badge(look.first.action)
                st.text(alike_line(look, policy))
            if can(actor, Permission.KEEP_GOLDEN_ITEMS) and (
                is_golden or all(answer.actor != actor.id for answer in look.answers)
            ):
                st.button(
                    say("quality.golden.drop") if is_golden else say("quality.golden.make"),
                    key=f"golden_{look.id}",
                    icon=":material/close:" if is_golden else ":material/star:",
                    on_click=place.press_golden,
                    args=(services, actor, look.id),
                    kwargs={"keep": not is_golden},
                )
