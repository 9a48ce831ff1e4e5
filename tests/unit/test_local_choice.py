"""The choice of a runtime: the configured one, or the fastest installed."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigError, MissingExtra
from core.inference.local.choice import (
    PACKAGES,
    LocalChoice,
    choose_local,
    possible_runtimes,
)
from core.inference.local.processors import has_bf16_tiles, has_int8_products
from core.inference.manifest import INT8_FILE, SHIPPED_MODEL, Manifest, read_manifest


def without(*packages: str) -> Callable[[str], bool]:
    return lambda package: package not in packages


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The description of a processor with fast int8 only, whatever this machine has."""
    return write_cpu_info(tmp_path, "avx2 avx_vnni")


def write_cpu_info(folder: Path, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\n")
    return path


@pytest.mark.parametrize("backend", ["auto", "openvino", "onnx"])
def test_int8_is_not_taken_where_its_products_are_slow(backend: str, tmp_path: Path) -> None:
    haswell = write_cpu_info(tmp_path, "avx2 fma")
    info = choose_local(LocalChoice(backend), is_installed=without(), cpu_info=haswell).info
    assert (info.name, info.precision) == (backend.replace("auto", "openvino"), "fp32")


def test_where_the_system_says_nothing_int8_is_taken(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    info = choose_local(LocalChoice(), is_installed=without(), cpu_info=nowhere).info
    assert (info.name, info.precision) == ("openvino", "int8")


@pytest.mark.parametrize(
    ("cpu_info", "expected"),
    [
        ("flags: fpu avx2 avx_vnni\n", True),
        ("flags: fpu avx512_vnni\n", True),
        ("flags: fpu amx_int8\n", True),
        ("flags: fpu avx2 avx512f\n", False),
        ("Features: neon\n", True),
    ],
)
def test_int8_units_are_read_from_the_flags(cpu_info: str, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(cpu_info)
    assert has_int8_products(path) is expected


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("auto", ("openvino", "bf16")),
        ("openvino", ("openvino", "bf16")),
        ("onnx", ("onnx", "int8")),
    ],
)
def test_bf16_is_taken_where_the_processor_is_made_for_it(
    backend: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    sapphire_rapids = write_cpu_info(tmp_path, "avx512_vnni amx_bf16 amx_int8")
    info = choose_local(
        LocalChoice(backend=backend), is_installed=without(), cpu_info=sapphire_rapids
    ).info
    assert (info.name, info.precision) == expected


@pytest.mark.parametrize(
    ("cpu_info", "expected"),
    [
        ("processor: 0\nflags\t\t: fpu amx_bf16 amx_int8\nflags: fpu\n", True),
        ("processor: 0\nflags\t\t: fpu avx512_bf16 xamx_bf16\n", False),
        ("model name: amx_bf16\n", False),
        ("", False),
        (None, False),
    ],
)
def test_bf16_units_are_read_from_the_flags(
    cpu_info: str | None, expected: bool, tmp_path: Path
) -> None:
    path = tmp_path / "cpuinfo"
    if cpu_info is not None:
        path.write_text(cpu_info)
    assert has_bf16_tiles(path) is expected


@pytest.mark.parametrize(
    ("missing", "precision", "expected"),
    [
        ((), "auto", ("openvino", "int8")),
        (("openvino",), "auto", ("onnx", "int8")),
        (("openvino",), "fp32", ("onnx", "fp32")),
        ((), "bf16", ("openvino", "bf16")),
        (("torch", "transformers"), "auto", ("openvino", "int8")),
    ],
)
def test_auto_takes_the_fastest_that_is_installed(
    missing: tuple[str, ...], precision: str, expected: tuple[str, str], plain: Path
) -> None:
    info = choose_local(
        LocalChoice(precision=precision), is_installed=without(*missing), cpu_info=plain
    ).info
    assert (info.name, info.precision) == expected


def test_auto_says_what_would_be_faster(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        choose_local(LocalChoice(), is_installed=without("openvino"))
    assert len(caplog.messages) == 1
    assert "Scoring with onnx" in caplog.messages[0]
    assert "pip install openvino" in caplog.messages[0]


def test_auto_is_silent_with_the_fastest(caplog: pytest.LogCaptureFixture) -> None:
    choose_local(LocalChoice(), is_installed=without())
    assert not caplog.messages


def test_auto_with_nothing_installed_names_what_to_install() -> None:
    with pytest.raises(MissingExtra, match=r"pip install openvino.*pip install onnxruntime"):
        choose_local(LocalChoice(), is_installed=lambda _package: False)


@pytest.mark.parametrize("backend", PACKAGES)
def test_a_backend_that_is_set_but_missing_is_an_error(backend: str) -> None:
    with pytest.raises(MissingExtra, match=f"the backend `{backend}` needs .*pip install"):
        choose_local(LocalChoice(backend=backend), is_installed=without(*PACKAGES[backend]))


@pytest.mark.training
def test_auto_runs_a_model_from_elsewhere_by_transformers(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="looks whether there is a GPU; in the extra [test]")
    backend = choose_local(LocalChoice(model=str(tmp_path)), is_installed=without())
    assert "not in the local Hugging Face cache" in (backend.health() or "")


def test_auto_without_transformers_says_that_a_model_from_elsewhere_needs_it() -> None:
    with pytest.raises(MissingExtra, match="`transformers` needs torch"):
        choose_local(LocalChoice(model="some/model"), is_installed=without("torch"))


@pytest.mark.parametrize("field", ["activation", "labels"])
def test_what_the_manifest_says_can_not_be_set(field: str) -> None:
    values = {"activation": "softmax", "labels": "a=insult"}
    chosen = LocalChoice(**{field: values[field]})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="for other Hugging Face models"):
        choose_local(chosen, is_installed=without())


def test_a_precision_the_backend_has_not_is_refused() -> None:
    chosen = LocalChoice(backend="onnx", precision="bf16")
    with pytest.raises(ConfigError, match=r"`onnx` supports int8 or fp32"):
        choose_local(chosen, is_installed=without())


def test_runtimes_are_listed_by_what_is_installed_and_what_the_folder_has() -> None:
    whole = read_manifest(SHIPPED_MODEL)
    rest = {name: digest for name, digest in whole.files.items() if name != INT8_FILE}
    part = replace(whole, files=rest)

    def names(backend: str, manifest: Manifest, *missing: str) -> list[str]:
        found = possible_runtimes(backend, manifest, is_installed=without(*missing))
        return list(map(str, found))

    openvino = ["openvino fp32", "openvino int8", "openvino bf16"]
    onnx, torch = ["onnx fp32", "onnx int8"], ["torch fp32", "torch bf16"]
    assert names("auto", whole) == [*openvino, *onnx, *torch]
    assert names("auto", whole, "openvino", "transformers") == onnx
    assert names("auto", part, "torch") == ["openvino fp32", "openvino bf16", "onnx fp32"]
    assert names("onnx", whole) == onnx
    assert names("onnx", whole, "onnxruntime") == []
    assert names("fake", whole) == names("my-service", whole) == []
