"""Made-up measurements of runtimes, in place of running each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.bootstrap.runtimes import fastest_runtime
from core.config import Settings
from core.inference.local import choice
from core.inference.local.fastest import LocalRuntime
from core.inference.local.measuring import RuntimeRun
from core.inference.manifest import SHIPPED_MODEL, read_manifest

LABELS = len(read_manifest(SHIPPED_MODEL).labels)
ALL = ("openvino fp32", "openvino int8", "openvino bf16", "onnx fp32", "onnx int8",
       "torch fp32", "torch bf16")  # fmt: skip


@dataclass
class MadeUp:
    """Stands in for the measuring: seconds of a pass by runtime, 1.0 unless given, and the scores
    of all labels, 0.1 unless given. `asked` has the runtimes of each measurement."""

    pass_s: Mapping[str, Sequence[float]] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(
        self, _folder: Path, runtimes: Sequence[LocalRuntime], texts: Sequence[str]
    ) -> list[RuntimeRun]:
        names = tuple(map(str, runtimes))
        self.asked.append(names)
        return [
            RuntimeRun(
                runtime,
                [[self.scores.get(name, 0.1)] * LABELS for _ in texts],
                list(self.pass_s.get(name, [1.0])),
                self.problems.get(name),
            )
            for name, runtime in zip(names, runtimes, strict=True)
        ]


def taken(settings: Settings, measure: MadeUp) -> str:
    return str(fastest_runtime(settings, measure=measure))


@pytest.fixture(autouse=True)
def all_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has: torch is an extra."""
    monkeypatch.setattr(choice, "find_spec", lambda package: package)
    monkeypatch.setattr("core.inference.local.machine.NVIDIA_DEVICE", Path("/nowhere"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)
