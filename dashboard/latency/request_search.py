"""Find a request by its id: its calls with their phases, or why it was refused."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.errors import InvalidInput, NotFound
from core.moderation.permissions import Actor
from core.services.traffic import find_request
from core.servinglog.answers import LoggedRequest
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ServingRecord
from dashboard.data_table import ROW_HEIGHT
from dashboard.figures import refusal_words
from dashboard.latency.own_words import location_words, own_series
from dashboard.problems import told
from dashboard.staff_texts import say

FIND_KEY = "find"


def search_field() -> None:
    """The field for a request or trace id, also filled from the URL (`?find=`)."""
    st.text_input(
        say("latency.head.search"),
        key=FIND_KEY,
        placeholder=say("latency.head.search_hint"),
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
        st.markdown(f"**{say('latency.found.title')}**")
        try:
            found = find_request(actor, queries, wanted)
        except (InvalidInput, NotFound) as error:
            st.text(told(error))
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
                alt=say("latency.found.about"),
            )


def calls_frame(found: LoggedRequest) -> pd.DataFrame:
    """One row a call: its phases in order, then model, runtime and ids."""
    return pd.DataFrame(
        [
            {
                "started": one.started_at,
                "series": own_series(one.backend, one.mode),
                "outcome": one.error_kind or say("latency.found.answered"),
                "total": one.total_ms,
                "queue": one.queue_ms,
                "first_stage": one.first_stage_ms,
                "tokenize": one.tokenize_ms,
                "compute": one.compute_ms,
                "network": one.network_ms,
                "comments": one.batch_size,
                "failed": one.error_count,
                "tokens": one.tokens,
                "cut_off": one.truncated_count,
                "attempts": one.attempts,
                "cached": one.cache_hits,
                "model": one.model_version,
                "runtime": _runtime(one),
                "call": one.request_id,
                "request": one.caller_request_id,
                "trace": one.trace_id,
            }
            for one in found.calls
        ]
    )


def _runtime(call: ServingRecord) -> str:
    program = f"{call.runtime} {call.precision}".replace("_", " ")
    return f"{program}, {location_words(call.location)}"


def _columns(zone: str) -> dict[str, ColumnConfig]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    phases = ("total", "queue", "first_stage", "tokenize", "compute", "network")
    return {
        "started": st.column_config.DatetimeColumn(
            say("latency.column.started", zone=zone),
            format=say("latency.form.fine_column"),
            timezone=zone,
            width=170,
        ),
        "series": text(_label("series"), width=140),
        "outcome": text(_label("outcome"), width=80),
        **{name: number(_label(name), format="%.1f", width=84) for name in phases},
        **{name: number(_label(name)) for name in ("comments", "failed", "tokens")},
        "cut_off": number(_label("cut_off"), width=64, help=_about("cut_off")),
        "attempts": number(_label("attempts"), width=70, help=_about("attempts")),
        "cached": number(_label("cached"), width=64, help=_about("cached")),
        **{name: text(_label(name)) for name in ("model", "runtime", "call", "request", "trace")},
    }


def _label(name: str) -> str:
    return say(f"latency.column.{name}")


def _about(name: str) -> str:
    return say(f"latency.about_column.{name}")
