"""What the figures of quality say, in sentences, as `core.moderation.quality_words` says it on the
command line. Nothing that was estimated is ever called 100 %."""

from core.moderation.agreement import FEW_PAIRS, Agreement, Figure95
from core.moderation.estimates import FEWEST_JUDGED, MissedAbuse
from dashboard.figures import NONE
from dashboard.staff_texts import count, decimal, number, say

_NEARLY_ALL, _NEARLY_NONE = 0.9995, 0.0005
_DRAWS_AUDITS = "MODCONSOLE_AUDIT_SHARE"


def share_words(share: float) -> str:
    """`84 %`, `0.3 %`, `over 99.9 %`."""
    if share >= _NEARLY_ALL:
        return say("quality.percent.over", share=_percent(0.999, 1))
    if 0 < share < _NEARLY_NONE:
        return say("quality.percent.under", share=_percent(0.001, 1))
    is_whole = 0.1 <= share < 0.995 or f"{share * 100:.1f}".endswith(".0")
    return _percent(share, 0 if is_whole else 1)


def whole_percent(share: float) -> str:
    """`84 %`."""
    return _percent(share, 0)


def percent_figure(figure: Figure95 | None) -> str:
    """`84 % (78 – 90)`; a dash where nothing defines it."""
    if figure is None:
        return NONE
    return f"{_percent(figure.value, 0)} {percent_bounds(figure.low, figure.high)}"


def percent_bounds(low: float, high: float) -> str:
    """`(78 – 90)`, in percent."""
    return f"({decimal(low * 100, 0)} – {decimal(high * 100, 0)})"


def chance_figure(figure: Figure95 | None) -> str:
    """`0.61 (0.40 – 0.78)`, for figures that chance is taken out of."""
    if figure is None:
        return NONE
    return f"{decimal(figure.value, 2)} ({decimal(figure.low, 2)} – {decimal(figure.high, 2)})"


def agreement_words(found: Agreement | None) -> str:
    """How far everybody agrees, or that it takes more texts to tell."""
    if found is None:
        return say("quality.agreement.nobody")
    if found.is_few:
        share = whole_percent(found.raw.value)
        return count("quality.agreement_few", found.pairs, needed=number(FEW_PAIRS), share=share)
    words = count(
        "quality.agreement_same",
        found.pairs,
        share=share_words(found.raw.value),
        between=_between(found.raw.low, found.raw.high),
    )
    if found.positive is None:
        return f"{words} {say('quality.agreement.no_removal')}"
    of_removals = say(
        "quality.agreement.of_removals",
        share=share_words(found.positive.value),
        between=_between(found.positive.low, found.positive.high),
    )
    return f"{words} {of_removals}"


def missed_words(found: MissedAbuse) -> str:
    """What of the approved comments is abuse."""
    passed, checked = number(found.passed), number(found.checked)
    if found.missed is None:
        return say(
            "quality.missed.unknown",
            passed=passed,
            checked=checked,
            needed=number(FEWEST_JUDGED),
            setting=_DRAWS_AUDITS,
        )
    low, high = found.missed.low, found.missed.high
    if found.missed.share == 0:
        return say("quality.missed.none", passed=passed, checked=checked, high=share_words(high))
    return say(
        "quality.missed.some",
        passed=passed,
        checked=checked,
        share=share_words(found.missed.share),
        between=_between(low, high),
        about=number(round(found.missed.share * found.passed)),
    )


def hidden_words(found: MissedAbuse) -> str:
    """What share of all abuse was hidden from readers."""
    if found.found is None:
        return say("quality.hidden.unknown")
    share, low = found.found.share, found.found.low
    if share >= _NEARLY_ALL:
        return say("quality.hidden.at_least", low=share_words(low))
    between = _between(low, found.found.high)
    return say("quality.hidden.share", share=share_words(share), between=between)


def _between(low: float, high: float) -> str:
    return say("quality.percent.between", low=share_words(low), high=share_words(high))


def _percent(share: float, digits: int) -> str:
    return say("common.unit.percent", figure=decimal(share * 100, digits))
