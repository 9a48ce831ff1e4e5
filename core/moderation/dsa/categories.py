"""What the database calls the violations that the default policy's reasons name.

A reason that is not listed, such as one of a site's own policy, is a violation of the terms
(Category.OTHER) with its title in words: a wrong category would be a false statement.
"""

from collections.abc import Mapping

from core.moderation.dsa.fields import Category, Keyword

Violation = tuple[Category, Keyword]
UNLISTED: Violation = (Category.OTHER, Keyword.OTHER)
VIOLATIONS: Mapping[str, Violation] = {
    "threat": (Category.VIOLENCE, Keyword.INCITEMENT_TO_VIOLENCE),
    "harassment": (Category.CYBER_VIOLENCE, Keyword.HARASSMENT),
    "identity_attack": (Category.SPEECH, Keyword.HATE_SPEECH),
    # Swearing and advertising break the terms and are neither harmful speech nor fraud.
    "obscene": UNLISTED,
    "spam": UNLISTED,
    "other": UNLISTED,
}


def violation_of(reason_code: str) -> Violation:
    """The category and keyword of a policy's reason."""
    return VIOLATIONS.get(reason_code, UNLISTED)
