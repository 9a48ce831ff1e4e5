"""The choices of the page: all of them are part of its address."""

from collections.abc import Sequence

import streamlit as st

from core.services.job_time import MOST_BATCH, MOST_COMMENTS, MOST_REPLICAS, WantedJob
from dashboard.staff_texts import say

COMMENTS = 100


def job_form(backends: Sequence[str]) -> WantedJob:
    """What to estimate; what is left empty is taken from the log."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        comments = st.number_input(
            say("estimate.form.comments"),
            min_value=1,
            max_value=MOST_COMMENTS,
            value=COMMENTS,
            key="comments",
            width=130,
            bind="query-params",
        )
        backend = st.selectbox(
            say("estimate.form.backend"),
            list(backends),
            key="backend",
            width=170,
            bind="query-params",
        )
        batch = st.number_input(
            say("estimate.form.batch"),
            min_value=1,
            max_value=MOST_BATCH,
            value=None,
            placeholder=say("estimate.form.usual"),
            key="batch",
            width=130,
            bind="query-params",
            help=say("estimate.form.about_batch"),
        )
        replicas = st.number_input(
            say("estimate.form.replicas"),
            min_value=1,
            max_value=MOST_REPLICAS,
            value=1,
            key="replicas",
            width=120,
            bind="query-params",
            help=say("estimate.form.about_replicas"),
        )
        chars = st.number_input(
            say("estimate.form.chars"),
            min_value=1,
            max_value=100_000,
            value=None,
            placeholder=say("estimate.form.as_logged"),
            key="chars",
            width=150,
            bind="query-params",
            help=say("estimate.form.about_chars"),
        )
    return WantedJob(int(comments), backend, batch, int(replicas), chars)
