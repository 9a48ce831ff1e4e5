"""The tables of a comparison: by label, by threshold, and the comments whose decision changes."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.parity.pair import Pair
from core.parity.report import ParityReport
from core.parity.threshold_map import RESAMPLES
from dashboard.data_table import data_table
from dashboard.parity.wording import (
    flip_frame,
    flips_title,
    label_frame,
    limits,
    threshold_frame,
    unreached_line,
)
from dashboard.staff_texts import number, say
from dashboard.wording import plain

MOST_ROWS, MOST_FLIP_ROWS = 6, 8
_FIGURE, _TEXT = st.column_config.NumberColumn, st.column_config.TextColumn


def label_table(pair: Pair) -> None:
    """The differences, and how many comments cross a threshold, for each label."""
    st.markdown(f"**{say('parity.labels.title')}**")
    data_table(
        label_frame(pair),
        {
            "label": _TEXT(say("parity.labels.label"), width=112, pinned=True),
            "largest": _FIGURE(
                say("parity.labels.largest"),
                format="%.3f",
                width=66,
                help=say("parity.labels.about_largest"),
            ),
            "mean": _FIGURE(
                say("parity.labels.mean"),
                format="%.4f",
                width=66,
                help=say("parity.labels.about_mean"),
            ),
            "rank": _FIGURE(
                say("parity.labels.rank"),
                format="%.3f",
                width=60,
                help=say("parity.labels.about_rank"),
            ),
            "flips": _FIGURE(
                say("parity.labels.flips"),
                format="localized",
                width=76,
                help=say("parity.labels.about_flips"),
            ),
        },
        key="parity_labels",
        alt=say("parity.labels.alt"),
        most_rows=MOST_ROWS,
    )


def threshold_table(report: ParityReport, pair: Pair) -> None:
    """The mapped thresholds, and below them the ones that can't be mapped."""
    st.markdown(f"**{say('parity.thresholds.title')}**")
    frame = threshold_frame(pair)
    if not frame.empty:
        data_table(
            frame,
            {**_thresholds(), **_reached()},
            key="parity_thresholds",
            alt=say("parity.thresholds.alt"),
            most_rows=MOST_ROWS,
        )
    notes = [*limits(report), *filter(None, [unreached_line(pair)])]
    if notes:
        st.caption(plain(" ".join(notes)))


def _thresholds() -> dict[str, ColumnConfig]:
    resamples = number(RESAMPLES)
    return {
        "label": _TEXT(say("parity.thresholds.label"), width=108, pinned=True),
        "action": _TEXT(say("parity.thresholds.action"), width=104),
        "now": _FIGURE(say("parity.thresholds.now"), format="%.2f", width=52),
        "mapped": _FIGURE(
            say("parity.thresholds.mapped"),
            format="%.3f",
            width=76,
            help=say("parity.thresholds.about_mapped"),
        ),
        "interval": _TEXT(
            say("parity.thresholds.interval"),
            width=120,
            help=say("parity.thresholds.about_interval", resamples=resamples),
        ),
    }


def _reached() -> dict[str, ColumnConfig]:
    return {
        "reach": _FIGURE(
            say("parity.thresholds.reach"),
            format="localized",
            width=62,
            help=say("parity.thresholds.about_reach"),
        ),
        "reach the new": _FIGURE(
            say("parity.thresholds.reach_new"),
            format="localized",
            width=92,
            help=say("parity.thresholds.about_reach_new"),
        ),
        "only one": _FIGURE(
            say("parity.thresholds.only_one"),
            format="localized",
            width=88,
            help=say("parity.thresholds.about_only_one"),
        ),
    }


def flip_table(report: ParityReport, pair: Pair) -> None:
    """The comments whose decision would change, to read before a switch."""
    if not pair.flips:
        st.success(say("parity.flips.none"), icon=":material/check:")
        return
    st.markdown(f"**{plain(flips_title(pair))}**")
    data_table(
        flip_frame(report, pair),
        {
            "comment": _TEXT(
                say("parity.flips.comment"),
                width=96,
                pinned=True,
                help=say("parity.flips.about_comment"),
            ),
            "reference": _TEXT(say("parity.flips.reference"), width=104),
            "same thresholds": _TEXT(say("parity.flips.same_thresholds"), width=124),
            "mapped thresholds": _TEXT(say("parity.flips.mapped_thresholds"), width=130),
            "label": _TEXT(say("parity.flips.label"), width=112),
            "score before": _score(say("parity.flips.score_before")),
            "score after": _score(say("parity.flips.score_after")),
            "text": _TEXT(say("parity.flips.text"), width=620),
        },
        key="parity_flips",
        alt=say("parity.flips.alt"),
        most_rows=MOST_FLIP_ROWS,
    )
    if not report.texts:
        st.caption(say("parity.flips.no_texts"))


def _score(heading: str) -> ColumnConfig:
    return _FIGURE(heading, format="%.3f", width=88)
