"""The words of the settings page."""

from collections.abc import Sequence

from core.moderation.exposure import SEVERE_FROM
from core.store.views import LeftOutCount
from dashboard.staff_texts import count, say
from dashboard.wording import LABELS, score_figure

_CASES = "settings.left_out.cases"


def left_out_lines(left_out: LeftOutCount) -> Sequence[str]:
    """One line for each kind of waiting case that everybody leaves out."""
    lines = [
        say("settings.left_out.label", label=LABELS[label], cases=count(_CASES, number))
        for label, number in left_out.by_label.items()
        if number
    ]
    if left_out.severe:
        score, cases = score_figure(SEVERE_FROM), count(_CASES, left_out.severe)
        lines.append(say("settings.left_out.severe", score=score, cases=cases))
    return lines
