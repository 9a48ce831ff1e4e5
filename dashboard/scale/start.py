"""The form that starts a load test."""

from enum import StrEnum

import streamlit as st

from core.bootstrap.objectives import site_objectives
from core.config import Settings
from core.load_test.results import LoadTestPlan
from core.moderation.permissions import Permission, can
from core.services.load_tests import latency_objective
from dashboard.scale.place import LoadTestPlace
from dashboard.scale.wording import objective_words
from dashboard.staff_texts import said, say


class Target(StrEnum):
    """Where a load test sends to."""

    OWN = "own"
    SITE = "site"


TARGETS = said("scale.send_to", Target)
NUMBERS, USUAL = (1, 2, 4, 8), (1, 2, 4)
SECONDS = 5


def start_form(place: LoadTestPlace) -> None:
    """A popover with the choices; nothing for roles that may not start one. Raises ConfigError if
    the objectives file is wrong."""
    if not can(place.actor, Permission.RUN_LOAD_TESTS):
        return
    share, within_ms = latency_objective(site_objectives(place.services.settings))
    with st.popover(say("scale.start.title"), icon=":material/play_arrow:"):
        st.warning(say("scale.start.strains"), icon=":material/warning:")
        plan = _chosen_plan(place.services.settings, share, within_ms)
        st.button(
            say("scale.start.start"),
            type="primary",
            key="start",
            disabled=not plan.workers,
            on_click=place.start,
            args=(plan,),
        )


def _chosen_plan(settings: Settings, share: float, within_ms: float) -> LoadTestPlan:
    target = st.segmented_control(
        say("scale.start.target"),
        list(Target),
        default=Target.OWN,
        format_func=TARGETS.__getitem__,
        required=True,
        key="target",
    )
    workers: tuple[int, ...] = USUAL
    if target is Target.OWN:
        chosen = st.pills(
            say("scale.start.workers"),
            NUMBERS,
            default=USUAL,
            selection_mode="multi",
            key="workers",
            help=say("scale.start.about_workers"),
        )
        workers = tuple(sorted(chosen))
    seconds = st.number_input(
        say("scale.start.seconds"), min_value=1, max_value=60, value=SECONDS, key="seconds"
    )
    st.caption(say("scale.start.objective", objective=objective_words(share, within_ms)))
    return LoadTestPlan(
        url=None if target is Target.OWN else f"http://127.0.0.1:{settings.api_port}",
        workers=workers if target is Target.OWN else (1,),
        share=share,
        within_ms=within_ms,
        seconds=float(seconds),
    )
