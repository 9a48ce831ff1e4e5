"""The desk as a Streamlit component: files beside this one, joined into one module."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from dashboard.covered import MOST_BLOCKS

_HERE = Path(__file__).parent
_SCRIPTS = (
    *("says", "elements", "outbox", "claims", "drafts", "problems", "lists", "keys"),
    *("card", "facts", "dialogs", "list", "help"),
    *("frame", "decisions", "desk"),
)
_desk = st.components.v2.component(
    "review_desk",
    html=(_HERE / "desk.html").read_text(encoding="utf-8"),
    css=(_HERE / "desk.css").read_text(encoding="utf-8"),
    js="\n".join(
        [
            f"const MOST_BLOCKS = {MOST_BLOCKS}",
            *((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
        ]
    ),
)


def desk(data: Mapping[str, object]) -> None:
    """Draw the desk. It fetches comments and sends presses by itself, so that no press waits for a
    run of this page."""
    _desk(data=dict(data), key="review_desk")
