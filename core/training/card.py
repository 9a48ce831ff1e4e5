"""Writes the model card and its picture beside a report, from the report alone."""

from dataclasses import replace
from pathlib import Path

from core.inference.manifest import CARD_FILE, MANIFEST_FILE, read_manifest
from core.training.datasets import sha256_of
from core.training.model_card import PLOT_FILE, model_card
from core.training.reliability_plot import reliability_plot
from core.training.report import read_report


def write_card(folder: Path) -> None:
    """Raises ModelNotUsable without a readable report."""
    report = read_report(folder)
    (folder / CARD_FILE).write_text(model_card(report), encoding="utf-8")
    (folder / PLOT_FILE).write_text(reliability_plot(report.calibrations), encoding="utf-8")


def rewrite_card(folder: Path) -> None:
    """As `write_card`, and gives the manifest the digests of what was written."""
    manifest = read_manifest(folder)
    write_card(folder)
    digests = {name: sha256_of(folder / name) for name in (CARD_FILE, PLOT_FILE)}
    files = {name: digests.get(name, digest) for name, digest in manifest.files.items()}
    text = replace(manifest, files=files).as_json()
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
