"""The sentences of the page Second looks. Pure."""

from core.moderation.policies import Action
from core.services.second_looks import SettledLook

ABOUT = (
    "A share of what colleagues decide comes here. You see neither what was decided nor by whom; "
    "your answer changes nothing for the comment."
)
ASK = "Would you keep this comment or remove it?"
REASONS = "The reason, if you would remove it: press its number, then X"
NOTE = "Note, for whoever settles a disagreement"
NOTE_HINT = "N goes here, Esc leaves. What makes you doubt"
NOTHING_WAITS = "No text waits for your second look."
SAVED = "Saved. The comment stays as it is."
_SAID = {Action.APPROVE: "keep", Action.REMOVE: "remove"}


def settled_title(told: SettledLook) -> str:
    """What the person said of a text on which two differed, and what a third one found."""
    return f"Settled: you said {_SAID[told.own.action]}, the finding is {_SAID[told.found.action]}"
