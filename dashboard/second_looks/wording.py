"""The sentences of the page Second looks."""

from core.moderation.estimates import ShareEstimate
from core.moderation.policies import Action
from core.services.second_looks import SettledLook
from dashboard.staff_texts import count, decimal, number, said, say

_SAID = said("second_looks.said", (Action.APPROVE, Action.REMOVE))
_NEARLY_ALL, _NEARLY_NONE = 0.9995, 0.0005
"""What was estimated is never called 100 %, nor none of what was found."""


def settled_title(told: SettledLook) -> str:
    """What the person said of a text on which two differed, and what a third one found."""
    own, found = _SAID[told.own.action], _SAID[told.found.action]
    return say("second_looks.settled.title", own=own, found=found)


def golden_words(found: ShareEstimate | None) -> str:
    """How often the person was right on golden items; empty without any."""
    if found is None:
        return ""
    return count(
        "second_looks.golden",
        found.judged,
        right=number(round(found.share * found.judged)),
        low=_percent(found.low),
        high=_percent(found.high),
    )


def _percent(share: float) -> str:
    """`84 %`, `0.3 %`, `over 99.9 %`."""
    if share >= _NEARLY_ALL:
        return say("second_looks.share.over", share=_figure(0.999))
    if 0 < share < _NEARLY_NONE:
        return say("second_looks.share.under", share=_figure(0.001))
    return _figure(share)


def _figure(share: float) -> str:
    is_whole = 0.1 <= share < 0.995 or f"{share * 100:.1f}".endswith(".0")
    return say("common.unit.percent", figure=decimal(share * 100, 0 if is_whole else 1))
