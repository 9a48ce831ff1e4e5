"""One run: from a site's labelled rows to a model folder and a verdict on it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.errors import InvalidInput, MissingExtra
from core.inference.manifest import CARD_FILE, SHIPPED_MODEL
from core.moderation.scores import Label
from core.training.data.datasets import TRAIN_EXTRA, sha256_of
from core.training.site.card import site_card
from core.training.site.comparison import compare_models, verdict_of
from core.training.site.edges import SiteEdges
from core.training.site.folder import check_out, finish_draft, open_draft, read_base
from core.training.site.measuring import compared_rows, held, suite_passed
from core.training.site.plan import Plan, plan_of
from core.training.site.report import SiteReport, SuiteResult
from core.training.site.rows import SiteFile, read_site_file
from core.training.site.scoring import REFERENCE, SERVED, score_rows
from core.training.site.settings import SiteSettings
from core.training.site.steps import (
    Progress,
    SiteRun,
    calibrate,
    choose_edges,
    describe,
    make_network,
)


def train_on_site_rows(
    rows: Path,
    out: Path,
    settings: SiteSettings,
    *,
    base: Path = SHIPPED_MODEL,
    progress: Progress = print,
) -> SiteReport:
    """Writes the model that `settings` names into the new folder `out`, better or not, and says
    which. `rows` is a file with labelled comments.

    Raises InvalidInput, ModelNotUsable or MissingExtra before anything is written. A run that was
    cut goes on from its last whole epoch.
    """
    settings.check()
    check_out(out)
    start, file = read_base(base), read_site_file(rows)
    _check_sample(file, settings)
    plan = plan_of(file.rows, start.manifest.languages)
    if not plan.not_tuned:
        _require_packages()
    progress(_summary(plan))
    run = SiteRun(plan, start, open_draft(out), settings, progress)
    make_network(run)
    temperatures = calibrate(run)
    edges = choose_edges(run)
    progress("comparing with the shipped model on the test rows")
    report = _report(run, rows, file.unread, temperatures, edges)
    report.write(run.draft)
    (run.draft / CARD_FILE).write_text(site_card(report), encoding="utf-8")
    describe(run, edges.bands, report.about)
    finish_draft(run.draft, out)
    return report


def _check_sample(file: SiteFile, settings: SiteSettings) -> None:
    if settings.is_random_sample and any(row.weight != 1.0 for row in file.rows):
        raise InvalidInput("rows with weights are no plain random sample: leave out one of both")


def _require_packages() -> None:
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"{TRAIN_EXTRA} ({error.name} is missing)") from error


def _summary(plan: Plan) -> str:
    counts = plan.counts
    sides = f"train {counts.train:,}, calibrate {counts.calibrate:,}, test {counts.test:,}"
    what = f"the network is not tuned: {plan.not_tuned}" if plan.not_tuned else "tunes the network"
    return f"{counts.used:,} rows ({sides}); {what}"


def _report(
    run: SiteRun,
    rows: Path,
    unread: tuple[str, ...],
    temperatures: Mapping[Label, float],
    edges: SiteEdges,
) -> SiteReport:
    tested, base, bands = run.plan.sides.test, run.base, run.base.bands
    texts = [each.row for each in tested]
    before = score_rows(base.folder, texts, SERVED)
    after = score_rows(run.draft, texts, SERVED)
    exact = score_rows(run.draft, texts, REFERENCE)
    comparisons = compare_models(compared_rows(tested), before, after)
    passed_before, cases = suite_passed(base.folder, bands)
    passed_after, _ = suite_passed(run.draft, edges.bands)
    return SiteReport(
        name=run.settings.name,
        base_version=base.manifest.version,
        file=rows.name,
        sha256=sha256_of(rows),
        unread=unread,
        counts=run.plan.counts,
        seed=run.settings.seed,
        epochs=run.settings.epochs,
        not_tuned=run.plan.not_tuned,
        temperatures={str(label): value for label, value in temperatures.items()},
        bands={str(label): band for label, band in edges.bands.items()},
        shown_edges=edges.shown,
        shipped_edges=edges.why_not,
        comparisons=comparisons,
        held_by_base=held(tested, before, bands),
        held_by_site=held(tested, after, edges.bands),
        suite=SuiteResult(cases, passed_before, passed_after),
        int8_largest_difference=float(np.abs(after - exact).max()),
        verdict=verdict_of(comparisons),
    )
