"""The backends a site could use, listed without calling or loading any, and without secrets."""

from pathlib import Path

import pytest

from core.bootstrap.catalogue import name_in_force, read_catalogue
from core.config import Settings
from core.inference.local import choice
from core.moderation.scores import Label
from core.services.backends import BackendState, Candidate, Catalogue
from tests.contract.remote_configs import TABLES, toml_of

SECRET = "sk-very-secret-9f8e7d"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TEST_KEY", SECRET)
    monkeypatch.delenv("OTHER_KEY", raising=False)
    return Settings(home=tmp_path)


def declare(settings: Settings, *kinds: str, **more: object) -> None:
    tables = [
        {
            "name": f"my-{kind}",
            "kind": kind,
            "url": f"https://{kind}.example.org:8443/v1",
            "key_env": "TEST_KEY",
            **TABLES[kind],
            **more,
        }
        for kind in kinds
    ]
    settings.backends_path.write_text(toml_of(tables))


def catalogue(settings: Settings, in_force: str = "onnx", fallback: str | None = None) -> Catalogue:
    return read_catalogue(settings, in_force, fallback)


def one(found: Catalogue, name: str) -> Candidate:
    return next(candidate for candidate in found.candidates if candidate.name == name)


def test_without_a_file_there_are_the_local_ones_by_their_manifest(settings: Settings) -> None:
    found = catalogue(settings)
    assert [each.name for each in found.candidates] == ["openvino", "onnx", "torch", "transformers"]
    onnx = one(found, "onnx")
    assert (onnx.location, onnx.kind, onnx.problem) == ("in_process", "onnxruntime", None)
    assert onnx.labels is not None
    assert Label.TOXICITY in onnx.labels
    assert found.file_problem is None


def test_a_missing_package_is_named_with_how_to_install_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        choice, "find_spec", lambda package: None if package in ("torch", "openvino") else package
    )
    found = catalogue(settings)
    torch = one(found, "torch")
    assert torch.problem_state is BackendState.NOT_INSTALLED
    assert "pip install 'moderation-console[transformers]'" in (torch.problem or "")
    assert one(found, "onnx").problem is None
    assert name_in_force(settings) == "onnx"


def test_declared_backends_are_described_from_the_file_alone(settings: Settings) -> None:
    declare(settings, "tei", "perspective")
    found = catalogue(settings)
    tei = one(found, "my-tei")
    assert (tei.location, tei.address, tei.kind) == ("remote", "tei.example.org:8443", "tei")
    assert (tei.model_version, tei.problem) == ("unitary/toxic-bert", None)
    assert "31 December 2026" in (one(found, "my-perspective").notice or "")


def test_no_secret_is_in_what_is_described(settings: Settings) -> None:
    declare(settings, "tei", "json", secret_headers={"X-Key": "TEST_KEY"})
    assert SECRET not in repr(catalogue(settings))


@pytest.mark.parametrize(
    "where", [{"key_env": "OTHER_KEY"}, {"secret_headers": {"X": "OTHER_KEY"}}]
)
def test_a_key_that_is_not_set_is_named(settings: Settings, where: dict[str, object]) -> None:
    declare(settings, "tei", **where)
    tei = one(catalogue(settings), "my-tei")
    assert tei.problem == "OTHER_KEY is not set: the key is taken from there"
    assert tei.problem_state is BackendState.REFUSED
    assert tei.labels


def test_a_broken_backends_file_is_reported_with_its_key_and_local_backends_remain(
    settings: Settings,
) -> None:
    declare(settings, "tei", timeout_s=-1)
    found = catalogue(settings, "my-tei", "onnx")
    assert found.file_problem is not None
    assert str(settings.backends_path) in found.file_problem
    assert "`timeout_s`" in found.file_problem
    assert one(found, "my-tei").problem == found.file_problem
    assert one(found, "onnx").problem is None


def test_a_name_in_use_that_no_file_declares_any_more_is_shown(settings: Settings) -> None:
    assert "does not declare it" in (one(catalogue(settings, "gone"), "gone").problem or "")


def test_a_fallback_that_assesses_less_is_refused(settings: Settings) -> None:
    declare(settings, "guard")
    problem = one(catalogue(settings, "onnx", "my-guard"), "my-guard").problem or ""
    assert "may not leave out" in problem
    assert "insult" in problem
    assert one(catalogue(settings, "my-guard", "onnx"), "onnx").problem is None


def test_the_word_list_is_shown_only_where_it_is_used(settings: Settings) -> None:
    assert one(catalogue(settings, "fake"), "fake").model_version == "fake-1"
    assert "fake" not in [each.name for each in catalogue(settings).candidates]


def test_a_model_from_elsewhere_is_run_by_transformers_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model="martin-ha/toxic-comment-model")
    assert name_in_force(settings) == "transformers"
    (found,) = catalogue(settings, "transformers").candidates
    assert (found.model_version, found.labels) == ("martin-ha/toxic-comment-model", None)


def test_a_folder_with_a_broken_manifest_is_reported(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    found = catalogue(Settings(home=tmp_path, model=str(tmp_path)), "onnx")
    assert "is not a manifest" in (one(found, "onnx").problem or "")
