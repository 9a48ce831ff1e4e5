"""`auto` takes the runtime that was measured as the fastest within the gate, and remembers it."""

import json
import logging
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.bootstrap.backends import describe_backend, make_backend
from core.bootstrap.catalogue import name_in_force
from core.bootstrap.runtime_speeds import TEXTS, sample_texts
from core.bootstrap.runtimes import fastest_runtime, remembered_table
from core.bootstrap.services import Services, build_services
from core.cli.main import main
from core.config import Settings
from core.inference.local import choice, measuring
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


@pytest.fixture(autouse=True)
def all_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has: torch is an extra."""
    monkeypatch.setattr(choice, "find_spec", lambda package: package)
    monkeypatch.setattr("core.inference.local.machine.NVIDIA_DEVICE", Path("/nowhere"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def taken(settings: Settings, measure: MadeUp) -> str:
    return str(fastest_runtime(settings, measure=measure))


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (MadeUp(), "openvino fp32"),
        (MadeUp({"onnx int8": [0.5], "openvino int8": [0.7]}), "onnx int8"),
        # The median of the rounds' ratios: one slow round of either counts little.
        (
            MadeUp({"openvino fp32": [1, 9, 1], "onnx int8": [0.5, 4.5, 8.0]}),
            "onnx int8",
        ),
        # Slow ones, the reference too, have fewer rounds.
        (
            MadeUp({"openvino fp32": [3.0], "openvino int8": [1, 1, 1], "onnx int8": [0.9, 2, 2]}),
            "openvino int8",
        ),
        # All labels crossed the hold threshold.
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": 0.9}), "openvino fp32"),
        # None did, but scores are too far away.
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": -0.01}), "openvino fp32"),
        (MadeUp({"onnx int8": [0.1]}, {"onnx int8": 0.105}), "onnx int8"),
        (MadeUp({"onnx int8": [0.1]}, problems={"onnx int8": "damaged"}), "openvino fp32"),
        # The reference is the first fp32 that runs.
        (MadeUp({"onnx int8": [0.1]}, problems={"openvino fp32": "damaged"}), "onnx int8"),
    ],
)
def test_the_fastest_within_the_gate_is_taken(
    settings: Settings, measure: MadeUp, expected: str
) -> None:
    assert taken(settings, measure) == expected
    assert measure.asked[-1] == ALL


def test_it_is_measured_once_and_then_read(settings: Settings) -> None:
    measure = MadeUp({"onnx int8": [0.5]})
    said: list[str] = []
    for _ in range(2):
        found = fastest_runtime(settings, say=said.append, measure=measure)
        assert str(found) == "onnx int8"
    assert len(measure.asked) == len(said) == 1
    assert stat.S_IMODE(settings.runtimes_path.stat().st_mode) == 0o600
    info = make_backend(settings).info
    assert (info.name, info.precision) == ("onnx", "int8")
    assert describe_backend(settings) == info
    assert name_in_force(settings) == "onnx"


def test_what_only_describes_measures_nothing(settings: Settings) -> None:
    describe_backend(settings)
    name_in_force(settings)
    assert remembered_table(settings) is None
    assert list(settings.home.iterdir()) == []


@pytest.mark.parametrize(
    "changed",
    [
        ("core.inference.local.machine.processor_count", lambda: 96),
        ("core.inference.local.machine.processor_name", lambda _file: "another"),
        ("core.inference.local.machine.arithmetic_flags", lambda _file: ["amx_int8"]),
        ("core.inference.local.machine.version", lambda name: f"99 {name}"),
    ],
)
def test_another_machine_or_runtime_is_measured_again(
    settings: Settings, changed: tuple[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = MadeUp({"onnx int8": [0.5]})
    taken(settings, measure)
    monkeypatch.setattr(*changed)
    assert taken(settings, measure) == "onnx int8"
    assert len(measure.asked) == 2


def test_another_model_is_measured_by_itself(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    manifest = read_manifest(SHIPPED_MODEL)
    (folder / "manifest.json").write_text(replace(manifest, version="own-1").as_json())
    measure = MadeUp()
    own = replace(settings, model=str(folder))
    for each in (settings, own, settings, own):
        taken(each, measure)
    assert len(measure.asked) == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_damaged_file_is_measured_again(settings: Settings, damage: bytes) -> None:
    measure = MadeUp({"onnx int8": [0.5]})
    taken(settings, measure)
    settings.runtimes_path.write_bytes(damage)
    assert taken(settings, measure) == "onnx int8"
    assert len(measure.asked) == 2
    assert taken(settings, measure) == "onnx int8"
    assert len(measure.asked) == 2


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"backend": "onnx"}, ("onnx fp32", "onnx int8")),
        ({"backend": "openvino"}, ("openvino fp32", "openvino int8", "openvino bf16")),
        ({"backend": "torch"}, ("torch fp32", "torch bf16")),
        # The reference is measured too, and can't be taken.
        ({"precision": "int8"}, ("openvino fp32", "openvino int8", "onnx int8")),
        ({"precision": "fp32"}, ("openvino fp32", "onnx fp32", "torch fp32")),
    ],
)
def test_only_what_the_settings_leave_open_is_measured(
    settings: Settings, changes: dict[str, str], asked: tuple[str, ...]
) -> None:
    measure = MadeUp()
    found = taken(replace(settings, **changes), measure)
    assert measure.asked == [asked]
    assert found in asked
    if changes == {"precision": "int8"}:
        assert found == "openvino int8"


def test_a_whole_table_answers_for_its_parts(settings: Settings) -> None:
    measure = MadeUp({"onnx int8": [0.5], "onnx fp32": [0.2], "openvino int8": [0.9]})
    assert taken(settings, measure) == "onnx fp32"
    assert taken(replace(settings, backend="openvino"), measure) == "openvino int8"
    assert taken(replace(settings, precision="int8"), measure) == "onnx int8"
    assert len(measure.asked) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"backend": "onnx", "precision": "fp32"},
        {"backend": "fake"},
        {"backend": "my-service"},
        {"model": "some/model"},
        {"backend": "transformers", "model": "some/model"},
    ],
)
def test_where_nothing_is_open_nothing_is_measured(
    settings: Settings, changes: dict[str, str]
) -> None:
    measure = MadeUp()
    assert fastest_runtime(replace(settings, **changes), measure=measure) is None
    assert measure.asked == []


def test_without_a_home_the_features_decide_and_none_is_made(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = replace(settings, home=settings.home / "away")
    measure = MadeUp()
    with caplog.at_level(logging.WARNING):
        assert fastest_runtime(away, measure=measure) is None
    assert "chosen by the processor's features: there is no folder" in caplog.text
    assert measure.asked == []
    assert not away.home.exists()


def test_a_home_that_is_a_file_leaves_it_to_the_features(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.home / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        away = replace(settings, home=settings.home / "file")
        assert fastest_runtime(away, measure=MadeUp()) is None
    assert "can't be written" in caplog.text


def test_if_nothing_could_be_measured_the_features_decide_and_that_is_remembered(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    measure = MadeUp(problems=dict.fromkeys(ALL, "it crashed"))
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert fastest_runtime(settings, measure=measure) is None
        assert "openvino fp32: it crashed" in caplog.text
        assert f"delete {settings.runtimes_path} to measure again" in caplog.text
    assert len(measure.asked) == 1


def test_a_runtime_that_a_complete_installation_has_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None if name == "openvino" else name)
    measure = MadeUp()
    with caplog.at_level(logging.WARNING):
        assert taken(settings, measure) == "onnx fp32"
    assert "Not measured: openvino, which needs openvino" in caplog.text
    assert measure.asked == [ALL[3:]]


def test_with_a_gpu_torch_is_measured_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.bootstrap.runtimes.describe_machine", lambda: {"gpu": True, "flags": []}
    )
    measure = MadeUp({"torch fp32": [0.1], "torch bf16": [0.05]})
    assert taken(settings, measure) == "torch bf16"
    assert measure.asked[0][:2] == ("torch fp32", "torch bf16")


def test_all_processes_of_a_site_take_the_same(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    services = build_services(settings, worker="test")
    try:
        first = services.full_model.info
        assert services.names_in_use == (first.name, None)
        assert make_backend(settings).info == first
    finally:
        services.close()
    assert len(json.loads(settings.runtimes_path.read_text())["tables"]) == 1


def test_the_names_in_use_follow_what_another_process_measured(settings: Settings) -> None:
    services = build_services(settings, worker="test")
    try:
        before = services.names_in_use
        measure = MadeUp({"onnx int8": [0.5]})
        taken(settings, measure)
        assert (before[0], services.names_in_use[0]) == ("openvino", "onnx")
    finally:
        services.close()


def test_up_measures_before_it_starts_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[bool] = []

    def start_nothing(services: Services, *_rest: object) -> int:
        seen.append(services.settings.runtimes_path.exists())
        return 0

    monkeypatch.setattr("core.processes.console.serve_all", start_nothing)
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    for _ in range(2):
        assert main(["up"]) == 0
    assert seen == [True, True]
    assert capsys.readouterr().out.count("Measuring which runtime is the fastest here") == 1


def test_no_file_of_it_counts_as_foreign_in_the_home(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    taken(settings, MadeUp())
    settings.runtimes_path.with_suffix(".new").write_text("half")
    settings.home.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        build_services(settings, worker="test").close()
    assert caplog.text == ""
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700


def test_the_texts_are_short_and_long_and_the_same_each_time() -> None:
    texts = sample_texts()
    assert texts == sample_texts()
    assert len(set(texts)) == TEXTS
    assert len(texts[0]) < 20
    assert len(texts[-1]) > 400


def test_this_machine_is_measured_in_a_process_of_its_own() -> None:
    """Only that it works is tested: how fast which one is depends on the machine."""
    runtimes = [LocalRuntime("onnx", "fp32"), LocalRuntime("onnx", "int8")]
    fp32, int8 = measuring.measure_in_child(SHIPPED_MODEL, runtimes, sample_texts()[:4])
    assert fp32.scores is not None
    assert fp32.problem is None
    assert 1 <= len(fp32.pass_s) <= measuring.ROUNDS
    assert (len(fp32.scores), len(fp32.scores[0])) == (4, LABELS)
    # Where int8 is far slower, it is stopped.
    assert int8.problem is None or "stopped" in int8.problem


def test_a_model_that_can_not_be_opened_is_told(tmp_path: Path) -> None:
    (run,) = measuring.measure_in_child(tmp_path, [LocalRuntime("onnx", "fp32")], ["a"])
    assert run.problem is not None
    assert "manifest.json" in run.problem
