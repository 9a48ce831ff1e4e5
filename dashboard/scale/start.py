"""The form that starts a load test."""

import streamlit as st

from core.bootstrap.objectives import site_objectives
from core.load_test.results import LoadTestPlan
from core.moderation.permissions import Permission, can
from core.services.load_tests import latency_objective
from dashboard.scale.place import LoadTestPlace

OWN, SITE = "Servers of its own", "This site's API"
NUMBERS, USUAL = (1, 2, 4, 8), (1, 2, 4)
SECONDS = 5
STRAINS = (
    "A load test takes all the machine can give: while it runs, everything else here is slower, "
    "and live calls that come late count as late. Choose a quiet hour."
)


def start_form(place: LoadTestPlace) -> None:
    """A popover with the choices; nothing for roles that may not start one. Raises ConfigError if
    the objectives file is wrong."""
    if not can(place.actor, Permission.RUN_LOAD_TESTS):
        return
    share, within_ms = latency_objective(site_objectives(place.services.settings))
    with st.popover("Start a load test", icon=":material/play_arrow:"):
        st.warning(STRAINS, icon=":material/warning:")
        target = st.segmented_control(
            "Send to", [OWN, SITE], default=OWN, required=True, key="target"
        )
        workers: tuple[int, ...] = USUAL
        if target == OWN:
            chosen = st.pills(
                "Numbers of workers to compare",
                NUMBERS,
                default=USUAL,
                selection_mode="multi",
                key="workers",
                help="Each worker is a server of the API in a process of its own.",
            )
            workers = tuple(sorted(chosen))
        seconds = st.number_input(
            "Seconds for each load", min_value=1, max_value=60, value=SECONDS, key="seconds"
        )
        st.caption(
            f"Objective: {share * 100:.4g} % of requests answered within {within_ms:,.4g} ms. "
            "With the usual choices it takes some minutes."
        )
        settings = place.services.settings
        plan = LoadTestPlan(
            url=None if target == OWN else f"http://127.0.0.1:{settings.api_port}",
            workers=workers if target == OWN else (1,),
            share=share,
            within_ms=within_ms,
            seconds=float(seconds),
        )
        st.button(
            "Start",
            type="primary",
            key="start",
            disabled=not plan.workers,
            on_click=place.start,
            args=(plan,),
        )
