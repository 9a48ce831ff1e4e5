"""The measured runtime is remembered in the home, and measured again once it no longer fits."""

import json
import logging
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.backends import describe_backend, make_backend
from core.bootstrap.catalogue import name_in_force
from core.bootstrap.runtimes import fastest_runtime, remembered_table
from core.bootstrap.services import Services, build_services
from core.cli.main import main
from core.config import Settings
from core.inference.manifest import SHIPPED_MODEL, read_manifest
from tests.integration import made_up_measuring
from tests.integration.made_up_measuring import MadeUp, taken

pytestmark = pytest.mark.slow

# pytest finds a fixture by its name in this module.
all_installed = made_up_measuring.all_installed
settings = made_up_measuring.settings


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


def test_a_whole_table_answers_for_its_parts(settings: Settings) -> None:
    measure = MadeUp({"onnx int8": [0.5], "onnx fp32": [0.2], "openvino int8": [0.9]})
    assert taken(settings, measure) == "onnx fp32"
    assert taken(replace(settings, backend="openvino"), measure) == "openvino int8"
    assert taken(replace(settings, precision="int8"), measure) == "onnx int8"
    assert len(measure.asked) == 1


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
