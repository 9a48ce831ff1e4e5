"""The six questions that the console answers, each with the page that does: shown on the
overview."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from core.moderation.permissions import Actor, Permission, can
from dashboard.staff_texts import say

MOST_PX = 240


@dataclass(frozen=True, slots=True)
class Question:
    """The key of its words, and the folder of the page that answers it, with the page's own
    choices."""

    key: str
    folder: str
    needed: Permission
    choices: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """In the reader's language."""
        return say(f"common.question.{self.key}")


QUESTIONS = (
    Question(
        "how_long",
        "estimate",
        Permission.SEE_SERVING,
        {"comments": "100"},
    ),
    Question("does_it_scale", "scale", Permission.SEE_SERVING),
    Question("packages", "inventory", Permission.SEE_SERVING, {"part": "Packages"}),
    Question("why_removed", "lookup", Permission.LOOK_UP),
    Question("models", "inventory", Permission.SEE_SERVING, {"part": "Models"}),
    Question("data", "inventory", Permission.SEE_SERVING, {"part": "Data"}),
)


def questions_card(actor: Actor) -> None:
    """A link to the answer of each question that the actor may see."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{say('common.question.title')}**")
        grid = st.grid(3, min_column_width=MOST_PX)
        for one in QUESTIONS:
            if can(actor, one.needed):
                grid.cell().page_link(
                    f"{one.folder}/screen.py",
                    label=one.words(),
                    icon=":material/arrow_forward:",
                    query_params=dict(one.choices),
                )
