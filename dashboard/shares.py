"""Estimated shares, and other figures that come in English, as text in the reader's language."""

from core.moderation.quality_words import percent
from dashboard.staff_texts import say


def in_own_form(figure: str) -> str:
    """`1.200,5 ms` of `1,200.5 ms`."""
    return figure.translate(str.maketrans(",.", say("form.thousands") + say("form.decimal")))


def share_words(share: float) -> str:
    """`84 %`, `0.3 %`, `over 99.9 %`."""
    bound, _, figure = percent(share).removesuffix(" %").rpartition(" ")
    words = say("common.unit.percent", figure=in_own_form(figure))
    return say(f"shares.bound.{bound}", share=words) if bound else words


def interval_words(low: float, high: float) -> str:
    """`between 70 % and 91 %`, with a chance of 95 % that the truth lies there."""
    return say("shares.interval.between", low=share_words(low), high=share_words(high))
