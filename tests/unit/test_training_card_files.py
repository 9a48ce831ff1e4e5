"""The report's file, and the shipped card and manifest, which were made from it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ModelNotUsable
from core.inference.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    PLOT_FILE,
    SHIPPED_MODEL,
    read_manifest,
    verify_model_files,
)
from core.moderation.scores import Label
from core.training.card.model_card import model_card
from core.training.card.reliability_plot import reliability_plot
from core.training.data.datasets import MODEL_LABELS, sha256_of
from core.training.evaluation.report import (
    REPORT_FILE,
    read_report,
)
from core.training.export.shipping import record_files
from tests.unit.training_reports import some_report


def test_a_report_survives_its_file(tmp_path: Path) -> None:
    report = some_report()
    report.write(tmp_path)
    again = read_report(tmp_path)
    assert model_card(again) == model_card(report)
    again.write(tmp_path)
    assert read_report(tmp_path) == again


@pytest.mark.parametrize("content", ["{}", "not json", '{"model_version": 3}'])
def test_another_releases_report_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / REPORT_FILE).write_text(content)
    with pytest.raises(ModelNotUsable, match="no report of this release"):
        read_report(tmp_path)


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=REPORT_FILE):
        read_report(tmp_path)


def test_the_shipped_card_is_what_the_command_renders() -> None:
    report = read_report(SHIPPED_MODEL)
    assert (SHIPPED_MODEL / CARD_FILE).read_text(encoding="utf-8") == model_card(report)
    plot = (SHIPPED_MODEL / PLOT_FILE).read_text(encoding="utf-8")
    assert plot == reliability_plot(report.calibrations)


def test_the_shipped_manifest_has_the_reports_thresholds() -> None:
    manifest = json.loads((SHIPPED_MODEL / "manifest.json").read_text())
    report = read_report(SHIPPED_MODEL)
    assert manifest["about"]["thresholds_rule"]["hold_precision"] == report.rule.hold_precision
    for choice in report.bands:
        assert manifest["thresholds"][choice.label] == {
            "hold": choice.hold.at,
            "remove": choice.remove.at if choice.remove else None,
        }
    assert {choice.label for choice in report.bands} == {str(label) for label in MODEL_LABELS}
    assert Label.SEVERE_TOXICITY not in manifest["labels"]


def test_every_shipped_file_has_its_digest_in_the_manifest() -> None:
    manifest = read_manifest(SHIPPED_MODEL)
    named = {path.name for path in SHIPPED_MODEL.iterdir()} - {MANIFEST_FILE, REPORT_FILE}
    assert set(manifest.files) == named
    verify_model_files(SHIPPED_MODEL, manifest)


def test_recording_a_file_changes_its_digest_alone(tmp_path: Path) -> None:
    shutil.copy(SHIPPED_MODEL / MANIFEST_FILE, tmp_path)
    before = read_manifest(tmp_path)
    (tmp_path / CARD_FILE).write_text("another card")
    record_files(tmp_path, (CARD_FILE,))
    after = read_manifest(tmp_path)
    assert after.files[CARD_FILE] == sha256_of(tmp_path / CARD_FILE) != before.files[CARD_FILE]
    assert replace(after, files={**after.files, CARD_FILE: before.files[CARD_FILE]}) == before
