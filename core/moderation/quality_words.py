"""What the figures of quality say, in sentences. Pure.

Nothing that was estimated is ever called 100 %: what nobody checked could be otherwise.
"""

from core.moderation.agreement import FEW_PAIRS, Agreement, Figure95
from core.moderation.estimates import FEWEST_JUDGED, MissedAbuse

UNKNOWN = "unknown"
NONE = "–"
NOBODY = "No text had a second look in this time, so nothing is known about agreement."
_NEARLY_ALL, _NEARLY_NONE = 0.9995, 0.0005


def percent(share: float) -> str:
    """`84 %`, `0.3 %`, `over 99.9 %`."""
    if share >= _NEARLY_ALL:
        return "over 99.9 %"
    if 0 < share < _NEARLY_NONE:
        return "under 0.1 %"
    digits = 0 if 0.1 <= share < 0.995 else 1
    return f"{share * 100:.{digits}f}".removesuffix(".0") + " %"


def interval_words(low: float, high: float) -> str:
    """`between 70 % and 91 %`, with a chance of 95 % that the truth lies there."""
    return f"between {percent(low)} and {percent(high)}"


def percent_figure(figure: Figure95 | None) -> str:
    """`84 % (78 – 90)`; a dash where nothing defines it."""
    if figure is None:
        return NONE
    return f"{figure.value:.0%} ({figure.low * 100:.0f} – {figure.high * 100:.0f})".replace(
        "%", " %"
    )


def chance_figure(figure: Figure95 | None) -> str:
    """`0.61 (0.40 – 0.78)`, for figures that chance is taken out of."""
    if figure is None:
        return NONE
    return f"{figure.value:.2f} ({figure.low:.2f} – {figure.high:.2f})"


def agreement_words(found: Agreement | None) -> str:
    """How far everybody agrees, or that it takes more texts to tell."""
    if found is None:
        return NOBODY
    texts = f"{found.pairs:,} text{'' if found.pairs == 1 else 's'}"
    if found.is_few:
        return (
            f"{texts} had a second look: too few to conclude from, it takes {FEW_PAIRS}. So far "
            f"two people said the same of {found.raw.value:.0%}.".replace("%", " %")
        )
    same = f"Two people said the same of {percent(found.raw.value)} of {texts}"
    words = f"{same} ({interval_words(found.raw.low, found.raw.high)})."
    if found.positive is None:
        return f"{words} Nobody would remove any of them."
    return (
        f"{words} Where one removes, the other does in {percent(found.positive.value)} of the "
        f"cases ({interval_words(found.positive.low, found.positive.high)})."
    )


def missed_words(found: MissedAbuse) -> str:
    """What of the approved comments is abuse."""
    if found.missed is None:
        return (
            f"What the model lets through is {UNKNOWN}: of {found.passed:,} comments that it "
            f"approved, {found.checked:,} were drawn and checked, and it takes {FEWEST_JUDGED}. "
            "MODCONSOLE_AUDIT_SHARE draws them."
        )
    checked = f"{found.checked:,} of {found.passed:,} approved comments were drawn and checked"
    if found.missed.share == 0:
        return f"{checked}; none was abuse, so at most {percent(found.missed.high)} of them are."
    about = round(found.missed.share * found.passed)
    return (
        f"{checked}; {percent(found.missed.share)} were abuse "
        f"({interval_words(found.missed.low, found.missed.high)}), about {about:,} in all."
    )


def found_words(found: MissedAbuse) -> str:
    """What share of all abuse was hidden from readers."""
    if found.found is None:
        return f"Which share of all abuse is hidden is {UNKNOWN}: too few texts tell."
    share, low = found.found.share, found.found.low
    if share >= _NEARLY_ALL:
        return f"Of all abuse at least {percent(low)} is hidden."
    return f"Of all abuse {percent(share)} is hidden ({interval_words(low, found.found.high)})."
