"""The words and rows of the page Quality. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.agreement import FEW_PAIRS, Agreement
from core.moderation.look_figures import GoldenResult, PairFigures, ReasonFigures
from core.moderation.policies import Action, Policy
from core.moderation.quality_words import chance_figure, percent, percent_figure
from core.moderation.second_looks import Answer, SecondLook
from core.services.quality import QualityReport
from dashboard.figures import counted

HOW = (
    "In brackets: where the truth lies with a chance of 95 %. Kappa and AC1 take out what chance "
    "would give: 1 is perfect, 0 no better than chance. Kappa is low where nearly everything is "
    f"harmless, AC1 is not. Grey rows have under {FEW_PAIRS} texts: too few to conclude from."
)
NO_PAIRS = "No text had a second look in this time."
NO_DISAGREEMENT = "No disagreement waits: all are settled."
NO_GOLDEN = "There are no golden items yet. Make some of what two people said alike."
NO_CANDIDATES = "Nothing else was said alike by two people."
NOBODY_GOLDEN = "Nobody has met a golden item yet."
ONLY_NOTED = (
    "Whatever you find, the comment stays as it is: another decision, an appeal, an edit or an "
    "open case came meanwhile. Your answer counts for the two."
)
SETTLED_ALIKE = "Settled. The decision stands, and nothing changes for the comment."
SETTLED_ANEW = "Settled. The comment was decided anew, and its author is told."
GOLDEN_ABOUT = (
    "Two people said the same of these texts without knowing of each other, and a third one "
    "vouched for it. Moderators meet them among their second looks and can't tell them."
)


class QualitySpan(StrEnum):
    """The times to choose from; the strings are in the page's address."""

    MONTH = "30 days"
    QUARTER = "90 days"
    YEAR = "1 year"


SPANS: dict[QualitySpan, timedelta] = {
    QualitySpan.MONTH: timedelta(days=30),
    QualitySpan.QUARTER: timedelta(days=90),
    QualitySpan.YEAR: timedelta(days=365),
}


class View(StrEnum):
    """The parts of the page; the strings are in the page's address."""

    FIGURES = "Figures"
    DISAGREEMENTS = "Disagreements"
    GOLDEN = "Golden items"


def waiting_words(report: QualityReport) -> str:
    """What waits for whom, and what is drawn."""
    drawn = f"{percent(report.share)} of decisions are drawn" if report.share else "none is drawn"
    looks = counted(report.waiting, "text")
    different = counted(report.disagreements, "disagreement")
    wait = "waits" if report.disagreements == 1 else "wait"
    return f"{different} {wait} to be settled, {looks} for a second look ({drawn})."


def pair_frame(pairs: Sequence[PairFigures]) -> pd.DataFrame:
    """One row for each two people."""
    return pd.DataFrame(
        [
            {"people": " · ".join(each.people), "texts": each.found.pairs, **_figures(each.found)}
            for each in pairs
        ]
    )


def reason_frame(reasons: Sequence[ReasonFigures], policy: Policy) -> pd.DataFrame:
    """One row for each reason that somebody gave."""
    return pd.DataFrame(
        [
            {
                "removed for": reason_title(policy, each.reason_code),
                "named in": f"{each.named:,} of {each.found.pairs:,}",
                **_figures(each.found),
            }
            for each in reasons
        ]
    )


def _figures(found: Agreement) -> dict[str, str]:
    return {
        "said the same": percent_figure(found.raw),
        "of removals": percent_figure(found.positive),
        "kappa": chance_figure(found.kappa),
        "AC1": chance_figure(found.ac1),
    }


def golden_frame(results: Sequence[GoldenResult]) -> pd.DataFrame:
    """One row for each person who met golden items."""
    return pd.DataFrame(
        [
            {
                "person": each.actor,
                "met": each.found.judged,
                "right": round(each.found.share * each.found.judged),
                "share": f"{percent(each.found.share)} ({each.found.low * 100:.0f} – "
                f"{each.found.high * 100:.0f})",
            }
            for each in results
        ]
    )


def reason_title(policy: Policy, code: str | None) -> str:
    """The reason's title in that policy, or its code if the policy has it no more."""
    return next((one.title for one in policy.reasons if one.code == code), code or "no reason")


def answer_line(answer: Answer, policy: Policy) -> str:
    """`mina`, or for a removal `mina · Harassment`."""
    if answer.action is Action.APPROVE:
        return answer.actor
    return f"{answer.actor} · {reason_title(policy, answer.reason_code)}"


def alike_line(look: SecondLook, policy: Policy) -> str:
    """`mina and tomas, pia vouched for it`, each with the reason of a removal."""
    line = " and ".join(answer_line(answer, policy) for answer in look.answers)
    return f"{line}, {look.golden_by} vouched for it" if look.golden_by else line
