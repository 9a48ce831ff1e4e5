"""The words of the settings page. Pure."""

from collections.abc import Sequence

from core.moderation.exposure import SEVERE_FROM
from core.store.views import LeftOutCount
from dashboard.wording import LABELS, score_figure

SEVERE = score_figure(SEVERE_FROM)
SHORTCUTS = (
    "Letters and digits decide without a click; they stand on the buttons, and H lists them."
)
MASKING = (
    "Slurs and the worst obscene words are covered wherever the review pages show texts: in the "
    "list, the comment, its thread and replies, reports, the author's comments, groups and earlier "
    "decisions. M or a button shows them. A threat mostly has no such word and stays readable."
)
TOPICS = "Cases that were held for these labels do not come to you."
LIGHTER = f"Comments with a score of {SEVERE} or more do not come to you."
OTHERS = (
    "What you leave out waits for somebody else. Cases without a score come to everybody. Nobody "
    "but you sees these settings; leads see how many cases nobody takes."
)
NOTHING_LEFT = "Every waiting case comes to somebody."
LEFT_OUT = "They wait, and everybody who decided on a case in the last week leaves them out."
PAUSE = "That is a lot in one hour. You may want a pause or another task."
SEVERE_MEANS = (
    f"Severe: a score of {SEVERE} or more, or removed by you as a threat or an identity attack."
)


def left_out_lines(count: LeftOutCount) -> Sequence[str]:
    """One line for each kind of waiting case that everybody leaves out."""
    lines = [
        f"{LABELS[label]}: {_cases(number)}" for label, number in count.by_label.items() if number
    ]
    if count.severe:
        lines.append(f"a score of {SEVERE} or more: {_cases(count.severe)}")
    return lines


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number:,} cases"
