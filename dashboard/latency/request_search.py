"""Find a request by its id: its calls with their phases, or why it was refused."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.errors import InvalidInput, NotFound
from core.moderation.permissions import Actor
from core.services.traffic import find_request
from core.servinglog.answers import LoggedRequest, series_name
from core.servinglog.queries import ServingLogQueries
from dashboard.data_table import ROW_HEIGHT
from dashboard.figures import refusal_words

FIND_KEY = "find"


def search_field() -> None:
    """The field for a request or trace id, also filled from the URL (`?find=`)."""
    st.text_input(
        "Request or trace id",
        key=FIND_KEY,
        placeholder="Find a request or trace id",
        label_visibility="collapsed",
        width=250,
        bind="query-params",
    )


def search_panel(queries: ServingLogQueries, actor: Actor, zone: str) -> None:
    """The log's records for the typed id; draws nothing if the field is empty."""
    wanted = str(st.session_state.get(FIND_KEY) or "")
    if not wanted.strip():
        return
    with st.container(border=True):
        st.markdown("**Found by its id**")
        try:
            found = find_request(actor, queries, wanted)
        except (InvalidInput, NotFound) as error:
            st.text(str(error))
            return
        if found.refusals:
            st.text("\n".join(refusal_words(one) for one in found.refusals))
        if found.calls:
            st.dataframe(
                calls_frame(found),
                hide_index=True,
                row_height=ROW_HEIGHT,
                column_config=_columns(zone),
                placeholder="–",
                key="found",
                alt="The calls made for this request, the first one first",
            )


def calls_frame(found: LoggedRequest) -> pd.DataFrame:
    """One row a call: its phases in order, then model, runtime and ids."""
    return pd.DataFrame(
        [
            {
                "started": one.started_at,
                "series": series_name(one.backend, one.mode),
                "outcome": one.error_kind or "answered",
                "total": one.total_ms,
                "queue": one.queue_ms,
                "first stage": one.first_stage_ms,
                "tokenize": one.tokenize_ms,
                "compute": one.compute_ms,
                "network": one.network_ms,
                "comments": one.batch_size,
                "failed": one.error_count,
                "tokens": one.tokens,
                "cut off": one.truncated_count,
                "attempts": one.attempts,
                "cached": one.cache_hits,
                "model": one.model_version,
                "runtime": f"{one.runtime} {one.precision}, {one.location}".replace("_", " "),
                "call": one.request_id,
                "request": one.caller_request_id,
                "trace": one.trace_id,
            }
            for one in found.calls
        ]
    )


def _columns(zone: str) -> dict[str, ColumnConfig]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    phases = ("total", "queue", "first stage", "tokenize", "compute", "network")
    return {
        "started": st.column_config.DatetimeColumn(
            f"started, {zone}", format="D MMM HH:mm:ss.SSS", timezone=zone, width=170
        ),
        "series": text("backend · mode", width=140),
        "outcome": text(width=80),
        **{name: number(f"{name} ms", format="%.1f", width=84) for name in phases},
        "cut off": number("cut off", width=64, help="Texts longer than the model reads."),
        "attempts": number(width=70, help="How often the backend was asked; 0 when it was not."),
        "cached": number(width=64, help="Comments answered from memory."),
    }
