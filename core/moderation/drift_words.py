"""What the figures of drift say, in sentences. Pure."""

from collections.abc import Sequence

from core.moderation.daily_drift import (
    FEWEST_DAYS,
    FEWEST_REFERENCE_DAYS,
    FEWEST_ROWS,
    BinKind,
    DriftVerdict,
    MeasureDrift,
)
from core.moderation.daily_measures import LANGUAGE, LENGTH
from core.moderation.quality_words import NONE, interval_words, percent
from core.moderation.reliability import RemovalBand

TOO_FEW = (
    f"Nothing can be said yet: it takes {FEWEST_DAYS} days and {FEWEST_REFERENCE_DAYS} days of the "
    f"reference with {FEWEST_ROWS} comments or more each."
)


def drift_summary(measures: Sequence[MeasureDrift]) -> str:
    """One or two sentences: what drifted, or that nothing did."""
    known = [one for one in measures if one.verdict is not DriftVerdict.TOO_FEW_DAYS]
    if not known:
        return TOO_FEW
    drifted = [one for one in known if one.verdict is DriftVerdict.DRIFT]
    if not drifted:
        return f"No drift: each of {len(known)} measures differs no more than days do."
    what = "; ".join(f"{one.name} {change_words(one)} ({one.size})" for one in drifted)
    return f"Drift in {len(drifted)} of {len(known)} measures: {what}."


def change_words(one: MeasureDrift) -> str:
    """`3.2 % → 5.1 %`: the mean of the reference and that of now."""
    return f"{mean_words(one, is_now=False)} → {mean_words(one, is_now=True)}"


def mean_words(one: MeasureDrift, *, is_now: bool) -> str:
    """`3.2 %`, `0.140`, `180 characters`, `German 4 %` for the language whose share changed most; a
    dash without comments."""
    moved = one.moved_most()
    if moved is not None:
        name, before, now = moved
        return f"{name} {percent(now if is_now else before)}"
    mean = (one.now if is_now else one.reference).mean()
    if mean is None:
        return NONE
    if one.now.kind is BinKind.SHARE or one.name == LANGUAGE:
        return percent(mean)
    return f"{mean:,.0f} characters" if one.name == LENGTH else f"{mean:.3f}"


def reliability_summary(bands: Sequence[RemovalBand]) -> str:
    """Whether people remove what has a score as often as the score says."""
    known = [band for band in bands if band.removed is not None]
    if not known:
        return (
            "How often people remove what has which score is unknown: too few texts were judged by "
            "draw (MODCONSOLE_AUDIT_SHARE)."
        )
    off = [band for band in known if band.is_off]
    if not off:
        return "As far as people judged, they remove as many texts as the scores say."
    return "Scores are no probabilities of a removal: " + "; ".join(map(_band_words, off)) + "."


def _band_words(band: RemovalBand) -> str:
    found = band.removed
    assert found is not None  # a band that is off has an estimate
    return (
        f"of texts with a score of about {band.mean:.2f} people remove {percent(found.share)} "
        f"({interval_words(found.low, found.high)})"
    )
