"""Days of comments, brought in and scored by real services."""

from core.bootstrap.services import Services
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.factories import CLEAN, HELD
from tests.moving_clock import MovingClock

DAY_S = 86_400
A_DAY = 40
"""Comments: enough for a day to count."""


def a_day(services: Services, clock: MovingClock, *, held: int, comments: int = A_DAY) -> None:
    """So many comments come in, `held` of which the policy holds; then the day is over."""
    texts = [HELD] * held + [CLEAN] * (comments - held)
    rows = [
        IncomingComment("test", f"{clock.now:%j}-{number}", f"{text} {number}", "sam", clock.now)
        for number, text in enumerate(texts)
    ]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
    clock.move(DAY_S)


def weeks_with_more_flags(services: Services, clock: MovingClock) -> None:
    """Two weeks of 2 to 4 flags a day, and then three days with 20."""
    for day in range(14):
        a_day(services, clock, held=2 + day % 3)
    for _ in range(3):
        a_day(services, clock, held=20)
