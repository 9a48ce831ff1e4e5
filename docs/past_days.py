"""Brings past days of comments into a home, for the pictures of the pages Drift and Cost."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.clock import Clock, system_clock
from core.config import Settings
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.moderation.verdict_columns import ACTIONS
from core.services.ingest import ingest
from core.services.queue import MAX_LIMIT, list_queue
from core.services.review import Review, decide_case
from core.services.score import score_waiting
from core.sources.bundled import sample_source

LEAD = Actor("lena", Role.LEAD)
DAYS, QUIET_DAYS = 36, 29
A_DAY = 44
"""Comments, give or take a few."""
BACKENDS, HOURLY = ("onnx", "openvino", "torch"), 0.09


def bring_past_days(home: Path) -> None:
    """The comments of the bundled sample, again and again; in the last week more of them abuse."""
    moment = system_clock().now() - timedelta(days=DAYS)
    clock = Clock(now=lambda: moment, monotonic=system_clock().monotonic)
    settings = Settings(home=home, grace_s=0, cache_size=0)
    with closing(build_services(settings, worker="screenshots", clock=clock)) as services:
        texts = _by_verdict(services, moment)
        for day in range(DAYS):
            flagged = 5 + day * 7 % 4 + (5 if day >= QUIET_DAYS else 0)
            _bring(services, texts, day, flagged=flagged, moment=moment)
            moment += timedelta(days=1)
    for backend in BACKENDS:
        changed = replace(settings, backend=backend)
        with closing(build_services(changed, worker="screenshots")) as services:
            _bring_in(services, texts[1][:A_DAY], backend, services.clock.now())
    prices = "".join(
        f'[price.{backend}]\nper_hour = {HOURLY}\ncurrency = "EUR"\n' for backend in BACKENDS
    )
    settings.prices_path.write_text(prices, encoding="utf-8")


def _by_verdict(services: Services, moment: datetime) -> tuple[Sequence[str], Sequence[str]]:
    """The sample's texts that the policy flags, and the others."""
    _bring_in(services, [item.text for item in _sample()], "sample", moment)
    history = services.policy_history.read()
    names = [name.decode() for name in history.ids]
    with services.context.store.read() as reader:
        texts = dict(reader.texts_of(names))
    is_flagged = history.actions != ACTIONS.index(Action.APPROVE)
    parts: tuple[list[str], list[str]] = ([], [])
    for name, flagged in zip(names, is_flagged, strict=True):
        parts[0 if flagged else 1].append(texts[name])
    return parts


def _sample() -> Sequence[IncomingComment]:
    return [item for item in sample_source().read() if isinstance(item, IncomingComment)]


def _bring(
    services: Services,
    texts: tuple[Sequence[str], Sequence[str]],
    day: int,
    *,
    flagged: int,
    moment: datetime,
) -> None:
    counts = flagged, A_DAY + day * 5 % 9
    chosen = [
        some[(day * count + number) % len(some)]
        for some, count in zip(texts, counts, strict=True)
        for number in range(count)
    ]
    _bring_in(services, chosen, f"day {day}", moment)
    _decide(services)


def _decide(services: Services) -> None:
    """People keep a quarter of what was held."""
    for item in list_queue(services.context, LEAD, QueueFilter(), limit=MAX_LIMIT).items:
        is_kept = item.revision_id < "4"
        action, reason = (Action.APPROVE, None) if is_kept else (Action.REMOVE, "harassment")
        review = Review(item.revision_id, 1, action, item.revision_id, reason)
        decide_case(services.context, LEAD, review)


def _bring_in(services: Services, texts: Sequence[str], name: str, moment: datetime) -> None:
    rows = [
        IncomingComment("sample", f"{name}, {number}", text, f"author {number}", moment)
        for number, text in enumerate(texts)
    ]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))
