"""Changes that are pressed for in a popover: a refusal is told in it, where it is seen, and it is
closed by a success."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.errors import ConsoleError
from dashboard.problems import told
from dashboard.wording import plain

PROBLEM_KEY = "popover_problem"
T = TypeVar("T")


def try_change(popover: str, change: Callable[[], T]) -> T | None:
    """What the change returns; None if it was refused. `popover` is its key."""
    try:
        done = change()
    except ConsoleError as error:
        st.session_state[PROBLEM_KEY] = popover, told(error)
        return None
    st.session_state[popover] = False
    return done


def show_problem(popover: str) -> None:
    """Why what was pressed in it was refused, once."""
    found, problem = st.session_state.get(PROBLEM_KEY, ("", ""))
    if found == popover:
        del st.session_state[PROBLEM_KEY]
        st.error(plain(problem), icon=":material/error:")
