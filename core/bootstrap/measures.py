"""What a site has measured outside its serving log, read from the files in its home."""

from core.bootstrap.runtimes import remembered_table
from core.config import Settings
from core.errors import StoreError
from core.inference.cascade.calibration import read_calibration
from core.parity.kept import ComparisonFolder, KeptComparison
from core.servinglog.estimates.levers import (
    CascadeMeasure,
    ParityMeasure,
    RuntimeMeasure,
    SiteMeasures,
)


def read_measures(settings: Settings) -> SiteMeasures:
    """Measures nothing. A file that can't be read counts as none."""
    found = remembered_table(settings)
    return SiteMeasures(
        runtimes=tuple(
            RuntimeMeasure(
                each.runtime.backend, each.runtime.precision, each.speed, each.flips, each.labels
            )
            for each in (found[0].speeds if found else ())
            if each.problem is None and each.speed and each.labels and each.flips is not None
        ),
        cascade=_cascade(settings),
        parity=tuple(map(_parity, ComparisonFolder(settings.comparisons_dir).read())),
    )


def _parity(kept: KeptComparison) -> ParityMeasure:
    return ParityMeasure(
        reference=kept.reference,
        backend=kept.backend,
        compared=kept.compared,
        changed=kept.changed,
        matched=kept.changed_matched,
        policy_version=kept.policy_version,
        made_at=kept.made_at,
    )


def _cascade(settings: Settings) -> CascadeMeasure | None:
    try:
        found = read_calibration(settings.calibration_path)
    except StoreError:
        return None
    if found is None:
        return None
    return CascadeMeasure(
        found.comments, found.share_cleared, found.missed, found.flagged, found.bound
    )
