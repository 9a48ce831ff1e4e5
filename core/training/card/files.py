"""Writes the model card and its plot beside a report, from the report alone."""

from pathlib import Path

from core.inference.manifest import CARD_FILE, PLOT_FILE
from core.training.card.model_card import model_card
from core.training.card.reliability_plot import reliability_plot
from core.training.evaluation.report import read_report
from core.training.export.shipping import record_files


def write_card(folder: Path) -> None:
    """Raises ModelNotUsable without a readable report."""
    report = read_report(folder)
    (folder / CARD_FILE).write_text(model_card(report), encoding="utf-8")
    (folder / PLOT_FILE).write_text(reliability_plot(report.calibrations), encoding="utf-8")


def rewrite_card(folder: Path) -> None:
    """Like `write_card`, and stores the digests of the written files in the manifest."""
    write_card(folder)
    record_files(folder, (CARD_FILE, PLOT_FILE))
