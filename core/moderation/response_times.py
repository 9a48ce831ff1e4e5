"""How long each step from a comment to its author's answer may take."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

REVIEW_HOURS = 24


class Step(StrEnum):
    """What is waited for. The strings are in the query of the page Work."""

    MODEL = "model"
    PERSON = "person"
    SITE = "site"
    AUTHOR = "author"
    APPEAL = "appeal"


def targets(review_hours: int) -> Mapping[Step, timedelta]:
    """The longest that each step should take. An appeal has none here: its date is stored with it,
    since its author was told that date."""
    return {
        Step.MODEL: timedelta(minutes=1),
        Step.PERSON: timedelta(hours=review_hours),
        Step.SITE: timedelta(minutes=1),
        Step.AUTHOR: timedelta(minutes=15),
    }
