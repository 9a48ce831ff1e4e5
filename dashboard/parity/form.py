"""The choice of what to compare: the reference, the other backends, the number of comments."""

from dataclasses import dataclass

import streamlit as st

from core.inference.base import Location
from core.services.backends import Candidate, Catalogue
from dashboard.staff_texts import say
from dashboard.wording import on_primary, plain

COUNTS = (50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class ComparisonChoice:
    """The choices. `names` starts with the reference; `is_pressed` is true only in the run right
    after the button was pressed."""

    names: tuple[str, ...]
    count: int
    is_pressed: bool


def parity_form(catalogue: Catalogue) -> ComparisonChoice:
    """One row of controls, and below it a note about cost and privacy."""
    names = [one.name for one in catalogue.candidates]
    spare = [one.name for one in catalogue.candidates if one.location is not Location.IN_PROCESS]
    with st.container(border=True):
        first, second, third, last = st.columns([20, 54, 13, 13], vertical_alignment="bottom")
        reference = first.selectbox(
            say("parity.form.reference"),
            names,
            index=names.index(catalogue.in_force),
            key="parity_reference",
            help=say("parity.form.about_reference"),
        )
        others = second.multiselect(
            say("parity.form.others"),
            names,
            default=[name for name in spare if name != catalogue.in_force],
            key="parity_others",
            placeholder=say("parity.form.one_or_more"),
        )
        count = third.selectbox(
            say("parity.form.comments"),
            COUNTS,
            index=len(COUNTS) - 1,
            key="parity_count",
            help=say("parity.form.about_comments"),
        )
        chosen = tuple(dict.fromkeys([reference, *others]))
        can_compare = len(chosen) > 1
        compare = say("parity.form.compare")
        is_pressed = last.button(
            on_primary(compare) if can_compare else compare,
            type="primary",
            key="parity_run",
            width="stretch",
            disabled=not can_compare,
        )
        _before_pressing([one for one in catalogue.candidates if one.name in chosen], chosen)
    return ComparisonChoice(chosen, count, is_pressed)


def _before_pressing(chosen: list[Candidate], names: tuple[str, ...]) -> None:
    away = [
        f"{one.name} ({one.address})" for one in chosen if one.location is not Location.IN_PROCESS
    ]
    if len(names) == 1:
        words = say("parity.form.choose")
    elif away:
        words = say("parity.form.leaves", backends=", ".join(away))
    else:
        words = say("parity.form.stays")
    st.caption(plain(words))
