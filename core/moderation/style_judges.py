"""What a declaration of a style does to the sight of the words that it styles."""

from collections.abc import Callable
from enum import Enum

from core.moderation.style_values import Tokens


class Sight(Enum):
    """`SHOWS` undoes what hides the element around; `IN_DOUBT` depends on the page."""

    NONE = "none"
    SHOWS = "shows"
    IN_DOUBT = "in doubt"
    HIDES = "hides"


Judge = Callable[[Tokens], Sight | None]
"""Takes the value of a property; None if the value is not valid, so that browsers ignore it."""

FROM_PAGE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
FAINT = 0.2
"""The opacity below which words may be overlooked."""
