"""The six questions that the console answers, each with the page that does: shown on the
overview."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from core.moderation.permissions import Actor, Permission, can

MOST_PX = 240


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the folder of the page that answers it, with the page's own choices."""

    words: str
    folder: str
    needed: Permission
    choices: Mapping[str, str] = field(default_factory=dict)


QUESTIONS = (
    Question(
        "How long for 100 posts, and how to make it faster?",
        "estimate",
        Permission.SEE_SERVING,
        {"comments": "100"},
    ),
    Question("Does it scale?", "scale", Permission.SEE_SERVING),
    Question("What packages?", "inventory", Permission.SEE_SERVING, {"part": "Packages"}),
    Question("Why was my post removed?", "lookup", Permission.LOOK_UP),
    Question("What models were tried?", "inventory", Permission.SEE_SERVING, {"part": "Models"}),
    Question("What data trained this one?", "inventory", Permission.SEE_SERVING, {"part": "Data"}),
)


def questions_card(actor: Actor) -> None:
    """A link to the answer of each question that the actor may see."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Questions this console answers**")
        grid = st.grid(3, min_column_width=MOST_PX)
        for one in QUESTIONS:
            if can(actor, one.needed):
                grid.cell().page_link(
                    f"{one.folder}/screen.py",
                    label=one.words,
                    icon=":material/arrow_forward:",
                    query_params=dict(one.choices),
                )
