"""Why a text came to a person and how likely that was, and the draws that decide it. Pure.

Without the probability, nothing can be estimated from what people decided: they mostly see what the
model flagged. A label's weight in an estimate is 1 / probability.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class SamplingReason(StrEnum):
    """Why a text is looked at by a person; the strings are stored. `flag`: the automated decision
    held it. `audit`: the model approved it, and it was drawn. `reopened`: a person asked.
    `double_review`: a person decided on it, and it was drawn for another person's second look."""

    FLAG = "flag"
    REPORT = "report"
    AUDIT = "audit"
    REOPENED = "reopened"
    DOUBLE_REVIEW = "double_review"


class DrawPurpose(StrEnum):
    """What a number is drawn for. Draws for two purposes are independent."""

    AUDIT = "audit"
    BLIND = "blind"
    ORDER = "order"
    SECOND_LOOK = "second_look"
    GOLDEN = "golden"


@dataclass(frozen=True, slots=True)
class Sampling:
    """`probability` is that with which a text to which the reason applies gets a case, as it was at
    that time: 1 but for audits and second looks."""

    reason: SamplingReason
    probability: float = 1.0


FLAGGED = Sampling(SamplingReason.FLAG)


@dataclass(frozen=True, slots=True)
class SamplingShares:
    """The site's shares, 0 to 1. `audit`: of the comments that the model approves, those that a
    person checks. `blind`: of the comments that the model holds, those shown without scores.
    `second_look`: of what people decide, that which another person judges, too."""

    audit: float = 0.0
    blind: float = 0.0
    second_look: float = 0.0


NO_DRAWS = SamplingShares()


def draw(revision_id: str, purpose: DrawPurpose) -> float:
    """A uniform number in [0, 1): always the same for a revision and a purpose. The id is random
    and was made before the draw, so no author can choose it."""
    digest = hashlib.sha256(f"{purpose}:{revision_id}".encode()).digest()
    # 53 bits, which a float holds exactly, so that the result can't be rounded up to 1.
    return int.from_bytes(digest[:8]) // 2**11 / 2**53
