"""The sections of the model card that show the project's own suites."""

from collections.abc import Sequence

from core.training.card.markdown import percentage, table
from core.training.card.text import FUNCTIONS
from core.training.evaluation.functional import Expected, FunctionResult, together
from core.training.evaluation.intervals import Share
from core.training.evaluation.paired_suites import (
    LEAST_ACTED_ON,
    LEAST_OF_A_KIND,
    MOST_TWINS_HELD,
    PairedReport,
)


def functions_section(results: Sequence[FunctionResult]) -> str:
    """The functional suite's results, the worst first."""
    ranked = sorted(results, key=lambda each: (each.passed.value, each.name))
    rows = [
        [each.name, each.about, each.expected, percentage(each.passed, 0), any_label(each)]
        for each in ranked
    ]
    totals = "; ".join(
        f"{expected}: {percentage(share)} of {share.rows}"
        for expected in Expected
        for share in [together(results, expected)]
    )
    head = ["function", "about", "should be", "passed by toxicity", "by any label"]
    return f"{FUNCTIONS} All cases that are {totals}.\n\n{table(head, rows)}"


def paired_section(about: str, file: str, suite: PairedReport) -> str:
    """The aims and what came of them, then every kind, the worst first."""
    lowest = min(suite.results, key=lambda each: each.acted_on.value)
    aims = [
        [
            "abusive cases acted on",
            f"at least {LEAST_ACTED_ON:.0%}",
            percentage(suite.acted_on),
            _yes(suite.acted_on.value >= LEAST_ACTED_ON),
        ],
        [
            f"of the worst kind ({lowest.name})",
            f"at least {LEAST_OF_A_KIND:.0%}",
            percentage(lowest.acted_on, 0),
            _yes(lowest.acted_on.value >= LEAST_OF_A_KIND),
        ],
        [
            "harmless twins held",
            f"at most {MOST_TWINS_HELD:.0%}",
            percentage(suite.twins_held),
            _yes(suite.twins_held.value <= MOST_TWINS_HELD),
        ],
    ]
    ranked = sorted(suite.results, key=lambda each: (each.acted_on.value, each.name))
    rows = [
        [each.name, each.about, _counted(each.acted_on), _counted(each.twins_held)]
        for each in (suite.plain, *ranked)
    ]
    return "\n\n".join(
        [
            f"{about} `{file}`, sha256 `{suite.sha256}`.",
            table(["of the whole suite", "aim", "measured", "reached"], aims),
            table(["kind", "about", "acted on", "harmless twins held"], rows),
            f"The first row, {suite.plain.about}, is in no total.",
        ]
    )


def _yes(is_reached: bool) -> str:
    return "yes" if is_reached else "no"


def _counted(share: Share) -> str:
    return f"{share.count} of {share.rows}"


def any_label(result: FunctionResult) -> str:
    """The share alone: its interval is as wide as the other's."""
    return f"{result.any_label.value:.0%}"
