"""Policy version 1, which a new console starts with.

The thresholds are those that the shipped model's card recommends, chosen on validation traffic with
a low share of toxic comments.
"""

from datetime import datetime

from core.moderation.policies import Action, Policy, Rule
from core.moderation.reasons import Reason
from core.moderation.scores import Label

REASONS = (
    Reason(
        "threat",
        "Threats",
        "Do not threaten or encourage harm to anybody, in earnest or as a joke.",
    ),
    Reason(
        "harassment",
        "Harassment",
        "Argue with what people say, not with who they are. Personal insults and pile-ons are "
        "removed.",
    ),
    Reason(
        "identity_attack",
        "Identity attacks",
        "Do not attack people for their origin, religion, gender, orientation, disability or age.",
    ),
    Reason(
        "obscene",
        "Obscenity",
        "Swearing is no offence in itself; obscene language aimed at people, or graphic for its "
        "own sake, is removed.",
    ),
    Reason(
        "spam",
        "Spam",
        "Do not post advertising, scams or the same text again and again.",
    ),
    Reason(
        "other",
        "Other",
        "The comment breaks the house rules in another way; the moderator's note says how.",
    ),
)

# If several rules fire, the author is given the first of these reasons: the gravest one, not the
# one with the highest score.
PRECEDENCE = ("threat", "identity_attack", "harassment", "obscene")

# label: (hold from, remove from, reason); None where no score was shown to be sure enough: then
# nothing is removed by this label without a person.
BANDS: dict[Label, tuple[float, float | None, str]] = {
    Label.TOXICITY: (0.68, None, "harassment"),
    Label.SEVERE_TOXICITY: (0.50, None, "harassment"),
    Label.OBSCENE: (0.20, None, "obscene"),
    Label.THREAT: (0.21, None, "threat"),
    Label.INSULT: (0.31, None, "harassment"),
    Label.IDENTITY_ATTACK: (0.74, None, "identity_attack"),
}


def default_policy(created_at: datetime) -> Policy:
    """Version 1: each label has two or three bands, from low to high: approve, hold, and remove if
    there is an edge for it."""
    rules: list[Rule] = []
    for label, (hold, remove, reason) in BANDS.items():
        rules.append(Rule(f"{label}-approve", label, 0.0, hold, Action.APPROVE, reason))
        end = 1.0 if remove is None else remove
        rules.append(Rule(f"{label}-hold", label, hold, end, Action.HOLD, reason))
        if remove is not None:
            rules.append(Rule(f"{label}-remove", label, remove, 1.0, Action.REMOVE, reason))
    return Policy(1, tuple(rules), REASONS, created_at, PRECEDENCE)
