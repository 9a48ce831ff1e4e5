"""The result of a comparison: a choice of pairs, then one pair in full."""

import streamlit as st

from core.parity.causes import NEAR
from core.parity.pair import Pair
from core.parity.report import ParityReport
from dashboard.parity.tables import flip_table, label_table, threshold_table
from dashboard.parity.wording import (
    CAUSES,
    farthest,
    mean_gap,
    ran,
    share,
)
from dashboard.wording import LABELS, plain


def result_panel(report: ParityReport) -> None:
    """Backends that could not be compared come first, so that nobody overlooks them."""
    for name, why in report.refused.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(plain(f"{name}: not compared"), color="red", icon=":material/block:")
            st.text(why)
    if not report.pairs:
        return
    pair = _chosen(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        words, color = CAUSES[pair.finding.cause]
        st.badge(words, color=color)  # type: ignore[arg-type]  # one of its literals
        st.text(pair.finding.words)
    _tiles(pair)
    left, right = st.columns([38, 62], gap="medium")
    with left:
        label_table(pair)
    with right:
        threshold_table(report, pair)
    flip_table(report, pair)


def _chosen(report: ParityReport) -> Pair:
    """The chosen pair; next to the choice, a line about the other backend."""
    names = [pair.other.backend for pair in report.pairs]
    with st.container(horizontal=True, vertical_alignment="center"):
        pair = report.pairs[0] if len(names) == 1 else report.pairs[names.index(_pick(names))]
        if about := _about(pair):
            st.caption(plain(about))
    return pair


def _pick(names: list[str]) -> str:
    chosen = st.segmented_control(
        "Compared with",
        names,
        default=names[0],
        format_func=plain,
        key=f"parity_pair_{'_'.join(names)}",
        required=True,
        label_visibility="collapsed",
    )
    return chosen or names[0]


def _about(pair: Pair) -> str:
    parts = [ran(pair.other)] if ran(pair.other) else []
    if pair.missing:
        parts.append(f"does not assess {', '.join(LABELS[label] for label in pair.missing)}")
    if pair.failed:
        parts.append(f"{pair.failed:,} comments not scored: {pair.first_error}")
    return " · ".join(parts)


def _tiles(pair: Pair) -> None:
    largest, under = farthest(pair)
    tiles = (
        ("Decisions that change", share(pair.changed, pair.rows), "with the same thresholds"),
        (
            "Decisions that change",
            share(pair.changed_carried, pair.rows),
            "with mapped thresholds" if pair.is_carried else "they can't be mapped",
        ),
        ("Mean difference", mean_gap(pair), f"up to {NEAR} counts as the same"),
        ("Largest difference", largest, under or "no label in common"),
    )
    for column, (label, value, note) in zip(st.columns(4, gap="small"), tiles, strict=True):
        column.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)
