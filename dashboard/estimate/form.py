"""The choices of the page: all of them are part of its address."""

from collections.abc import Sequence

import streamlit as st

from core.services.job_time import MOST_BATCH, MOST_COMMENTS, MOST_REPLICAS, WantedJob

COMMENTS = 100


def job_form(backends: Sequence[str]) -> WantedJob:
    """What to estimate; what is left empty is taken from the log."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        comments = st.number_input(
            "Comments",
            min_value=1,
            max_value=MOST_COMMENTS,
            value=COMMENTS,
            key="comments",
            width=130,
            bind="query-params",
        )
        backend = st.selectbox(
            "Backend", list(backends), key="backend", width=170, bind="query-params"
        )
        batch = st.number_input(
            "Comments a call",
            min_value=1,
            max_value=MOST_BATCH,
            value=None,
            placeholder="usual",
            key="batch",
            width=130,
            bind="query-params",
            help="Empty: the most usual size of this backend's calls.",
        )
        replicas = st.number_input(
            "Replicas",
            min_value=1,
            max_value=MOST_REPLICAS,
            value=1,
            key="replicas",
            width=120,
            bind="query-params",
            help="Processes that score parts of the job at the same time.",
        )
        chars = st.number_input(
            "Characters a comment",
            min_value=1,
            max_value=100_000,
            value=None,
            placeholder="as logged",
            key="chars",
            width=150,
            bind="query-params",
            help="The mean length of the job's comments. Empty: as long as the logged ones.",
        )
    return WantedJob(int(comments), backend, batch, int(replicas), chars)
