"""A cascade with a simple first stage, calibrated on made-up comments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.bootstrap.services import Services, build_services
from core.clock import Clock
from core.inference.cascade.calibration import Calibration, write_calibration
from core.inference.cascade.word_hashes import READ_CHARS
from core.inference.fake import LABELS, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.policies import Policy
from core.moderation.scores import Label
from core.services.cascade import calibrate
from core.servinglog.memory import MemoryLog
from core.store.views import ScoredText
from tests.factories import make_services
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICY = fixed_policy(NOW)


class StubFirstStage:
    """A first stage that gives a high score to texts with `you` and a low one to all others."""

    version = "stub-1"
    labels = LABELS

    def reads_whole(self, text: str) -> bool:
        return len(text) <= READ_CHARS

    def predict(self, texts: Sequence[str]) -> list[Mapping[Label, float]]:
        return [dict.fromkeys(LABELS, 0.3 if "you" in text.lower() else 0.01) for text in texts]


def stored(text: str, *, version: str = "fake-1") -> ScoredText:
    return ScoredText(text, FakeBackend().score([text]).results[0].scores, version)


def comments(flagged: int, *, missed: int = 0, fine: int = 100) -> list[ScoredText]:
    return [
        *(stored(f"you moron number {n}") for n in range(flagged - missed)),
        *(stored(f"a moron number {n}") for n in range(missed)),
        *(stored(f"a fine day number {n}") for n in range(fine)),
    ]


def run(
    given: Sequence[ScoredText], promise: float = 0.05, policy: Policy = POLICY, **parts: Any
) -> tuple[Calibration, MemoryLog]:
    log = MemoryLog()
    scorer = Scorer(FakeBackend(), log, Clock(now=lambda: NOW, monotonic=lambda: 0.0))
    found = calibrate(
        given,
        parts.get("first", StubFirstStage()),
        scorer,
        policy,
        promise=promise,
        data="test",
        now=NOW,
        progress=lambda done: None,
    )
    return found, log


def calibrated(services: Services, **changes: Any) -> Calibration:
    with services.context.store.read() as reader:
        policy = reader.newest_policy()
    assert policy is not None
    found, _ = run(comments(100), policy=policy)
    found = replace(found, **changes)
    write_calibration(services.settings.calibration_path, found)
    return found


def console(home: Path, **settings: Any) -> Services:
    base = make_services(home)
    services = build_services(
        replace(base.settings, cascade_missed_share=0.05, **settings), worker="test"
    )
    base.close()
    return services
