"""Short runs of training on a site's rows, the models they begin from, and a file of few rows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.inference.pooling import Pooling
from core.training.site.report import SiteReport
from core.training.site.run import train_on_site_rows
from core.training.site.settings import SiteSettings
from tests.integration.tiny_site_model import write_model, write_rows

SETTINGS = SiteSettings("mysite-1", seed=1, epochs=2)


def hush(_: str) -> None:
    """No progress."""


def run(
    rows: Path,
    out: Path,
    base: Path,
    *,
    settings: SiteSettings = SETTINGS,
    progress: Callable[[str], None] = hush,
) -> SiteReport:
    return train_on_site_rows(rows, out, settings, base=base, progress=progress)


@pytest.fixture(scope="module", params=list(Pooling))
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("base") / "made", request.param)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("rows") / "few.parquet", 150)
