"""The result of a comparison: a choice of pairs, then one pair in full."""

import streamlit as st

from core.parity.causes import NEAR
from core.parity.pair import Pair
from core.parity.report import ParityReport
from dashboard.parity.tables import flip_table, label_table, threshold_table
from dashboard.parity.wording import (
    CAUSES,
    about,
    diagnosis,
    farthest,
    mean_gap,
    share,
)
from dashboard.problems import told
from dashboard.staff_texts import decimal, say
from dashboard.wording import plain


def result_panel(report: ParityReport) -> None:
    """Backends that could not be compared come first, so that nobody overlooks them."""
    for name, why in report.refused.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            words = say("parity.result.not_compared", backend=name)
            st.badge(plain(words), color="red", icon=":material/block:")
            st.text(told(why))
    if not report.pairs:
        return
    pair = _chosen(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        words, color = CAUSES[pair.finding.cause]
        st.badge(words, color=color)  # type: ignore[arg-type]  # one of its literals
        st.text(diagnosis(pair))
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
        if words := about(pair):
            st.caption(plain(words))
    return pair


def _pick(names: list[str]) -> str:
    chosen = st.segmented_control(
        say("parity.result.compared_with"),
        names,
        default=names[0],
        format_func=plain,
        key=f"parity_pair_{'_'.join(names)}",
        required=True,
        label_visibility="collapsed",
    )
    return chosen or names[0]


def _tiles(pair: Pair) -> None:
    largest, under = farthest(pair)
    changed, moved = say("parity.tile.changed"), share(pair.changed_carried, pair.rows)
    mapped = say("parity.tile.mapped_thresholds" if pair.is_carried else "parity.tile.not_mapped")
    near = say("parity.tile.counts_as_same", gap=decimal(NEAR, 2))
    tiles = (
        (changed, share(pair.changed, pair.rows), say("parity.tile.same_thresholds")),
        (changed, moved, mapped),
        (say("parity.tile.mean"), mean_gap(pair), near),
        (say("parity.tile.largest"), largest, under or say("parity.tile.no_label")),
    )
    for column, (label, value, note) in zip(st.columns(4, gap="small"), tiles, strict=True):
        column.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)
