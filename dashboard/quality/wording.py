"""The words and rows of the page Quality."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

import pandas as pd

from core.moderation.agreement import FEW_PAIRS, Agreement
from core.moderation.look_figures import GoldenResult, PairFigures, ReasonFigures
from core.moderation.policies import Action, Policy
from core.moderation.second_looks import Answer, SecondLook
from core.services.quality import QualityReport
from dashboard.quality.sentences import (
    chance_figure,
    percent_bounds,
    percent_figure,
    share_words,
    whole_percent,
)
from dashboard.reason_words import reason_words
from dashboard.staff_texts import count, joined, number, said, say

_CHANCE = 0.95
"""That the truth lies within an interval."""


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


VIEWS = said("quality.view", View)


def how_words() -> str:
    """How to read the figures of agreement."""
    few = number(FEW_PAIRS)
    return say("quality.agreement.how", chance=whole_percent(_CHANCE), few=few)


def waiting_words(report: QualityReport) -> str:
    """What waits for whom, and what is drawn."""
    drawn = (
        say("quality.drawn.some", share=share_words(report.share))
        if report.share
        else say("quality.drawn.none")
    )
    looks = count("quality.texts", report.waiting)
    return count("quality.waiting", report.disagreements, looks=looks, drawn=drawn)


def pair_frame(pairs: Sequence[PairFigures]) -> pd.DataFrame:
    """One row for each two people."""
    people, texts = say("quality.column.people"), say("quality.column.texts")
    return pd.DataFrame(
        [
            {people: " · ".join(each.people), texts: each.found.pairs, **_figures(each.found)}
            for each in pairs
        ]
    )


def reason_frame(reasons: Sequence[ReasonFigures], policy: Policy) -> pd.DataFrame:
    """One row for each reason that somebody gave."""
    return pd.DataFrame(
        [
            {
                say("quality.column.removed_for"): reason_title(policy, each.reason_code),
                say("quality.column.named_in"): say(
                    "quality.cell.named_of",
                    named=number(each.named),
                    texts=number(each.found.pairs),
                ),
                **_figures(each.found),
            }
            for each in reasons
        ]
    )


def _figures(found: Agreement) -> dict[str, str]:
    return {
        say("quality.column.same"): percent_figure(found.raw),
        say("quality.column.of_removals"): percent_figure(found.positive),
        say("quality.column.kappa"): chance_figure(found.kappa),
        say("quality.column.ac1"): chance_figure(found.ac1),
    }


def golden_frame(results: Sequence[GoldenResult]) -> pd.DataFrame:
    """One row for each person who met golden items."""
    return pd.DataFrame(
        [
            {
                say("quality.column.person"): each.actor,
                say("quality.column.met"): each.found.judged,
                say("quality.column.right"): round(each.found.share * each.found.judged),
                say("quality.column.share"): f"{share_words(each.found.share)} "
                f"{percent_bounds(each.found.low, each.found.high)}",
            }
            for each in results
        ]
    )


def reason_title(policy: Policy, code: str | None) -> str:
    """The reason's title in that policy, or its code if the policy has it no more."""
    known = next((reason_words(one).title for one in policy.reasons if one.code == code), code)
    return known or say("quality.cell.no_reason")


def answer_line(answer: Answer, policy: Policy) -> str:
    """`mina`, or for a removal `mina · Harassment`."""
    if answer.action is Action.APPROVE:
        return answer.actor
    return f"{answer.actor} · {reason_title(policy, answer.reason_code)}"


def alike_line(look: SecondLook, policy: Policy) -> str:
    """`mina and tomas, pia vouched for it`, each with the reason of a removal."""
    line = joined([answer_line(answer, policy) for answer in look.answers])
    if not look.golden_by:
        return line
    return say("quality.golden.vouched", answers=line, person=look.golden_by)
