"""The steps of a run, each of which leaves the draft folder one that can be scored with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.site.edges import SiteEdges, site_edges
from core.training.site.folder import (
    BaseModel,
    copy_first_stage,
    copy_model,
    write_site_manifest,
)
from core.training.site.head import fold_into_folder, pooling_of
from core.training.site.measuring import fit_temperatures, scored
from core.training.site.plan import Plan
from core.training.site.scoring import REFERENCE, SERVED, score_rows
from core.training.site.settings import LEARNT_SHARE, SiteSettings

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SiteRun:
    """What all steps share; `draft` is the folder that is written."""

    plan: Plan
    base: BaseModel
    draft: Path
    settings: SiteSettings
    progress: Progress


def make_network(run: SiteRun) -> None:
    """The tuned network, or a copy of the base where the rows do not allow that."""
    if run.plan.not_tuned:
        copy_model(run.base, run.draft)
    else:
        # Needs torch, which is not installed to fit temperatures.
        from core.training.site.tuning import tune

        tokens = run.base.manifest.tokens_at_once
        tune(
            examples_to_learn(run),
            run.base.folder,
            run.draft,
            run.settings.fit_settings(pooling_of(run.base.folder), tokens),
            learnt_share=LEARNT_SHARE,
            progress=run.progress,
        )
        copy_first_stage(run.base, run.draft)
    describe(run, run.base.bands, {})


def calibrate(run: SiteRun) -> dict[Label, float]:
    """Fits temperatures on rows that nothing was learnt from, and folds them into the head."""
    run.progress("fitting temperatures")
    rows = run.plan.sides.calibrate
    scores = score_rows(run.draft, [each.row for each in rows], REFERENCE)
    found = fit_temperatures(rows, scores)
    if found:
        fold_into_folder(run.draft, [found.get(label, 1.0) for label in MODEL_LABELS])
        describe(run, run.base.bands, {})
    return found


def choose_edges(run: SiteRun) -> SiteEdges:
    """From the rows that temperatures were fitted on, or those of the base."""
    if not run.settings.is_random_sample:
        return SiteEdges(
            run.base.bands, why_not="nothing says that the rows are a random sample of the site"
        )
    rows = run.plan.sides.calibrate
    scores = score_rows(run.draft, [each.row for each in rows], SERVED)
    return site_edges(scored(rows, scores), run.base.bands)


def describe(run: SiteRun, bands: Mapping[Label, Band], about: Mapping[str, object]) -> None:
    """Writes the manifest of what is in the draft folder now."""
    write_site_manifest(
        run.draft,
        run.base,
        run.settings.name,
        is_tuned=not run.plan.not_tuned,
        bands=bands,
        about=about,
    )


def examples_to_learn(run: SiteRun) -> list[Example]:
    """The rows to learn. A label that nobody gave is learnt from the base's own score: otherwise
    nothing would hold it where it is (Li and Hoiem 2016, arXiv:1606.09282)."""
    rows = run.plan.sides.train
    scores = score_rows(run.base.folder, [each.row for each in rows], REFERENCE)
    return [
        replace(
            each.example,
            targets=tuple(
                float(score) if target is None else target
                for target, score in zip(each.example.targets, own, strict=True)
            ),
        )
        for each, own in zip(rows, scores, strict=True)
    ]
