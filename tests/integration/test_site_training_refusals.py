"""What training on a site's rows refuses: rows, names, folders and bases."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from core.errors import InvalidInput, ModelNotUsable
from core.inference.manifest import MANIFEST_FILE
from core.training.site.settings import SiteSettings
from tests.integration import site_runs
from tests.integration.site_runs import SETTINGS, run

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

# The exporter's libraries warn about themselves; neither is ours to fix.
pytestmark = [
    pytest.mark.training,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

# pytest finds a fixture by its name in this module.
base = site_runs.base
few = site_runs.few


def one_group(rows: Path, out: Path) -> Path:
    duckdb.sql(f"COPY (SELECT text, insult, 'all' AS \"group\" FROM '{rows}') TO '{out}'")
    return out


def weighted(rows: Path, out: Path) -> Path:
    duckdb.sql(f"COPY (SELECT text, insult, 2 AS weight FROM '{rows}') TO '{out}'")
    return out


def german(rows: Path, out: Path) -> Path:
    text = "'Das ist ein ganz gewöhnlicher Satz, und er hat die Nummer ' || row_number() OVER ()"
    duckdb.sql(f"COPY (SELECT {text} AS text, insult FROM '{rows}') TO '{out}'")
    return out


def unlabelled(rows: Path, out: Path) -> Path:
    duckdb.sql(f"COPY (SELECT text, NULL::DOUBLE AS insult FROM '{rows}') TO '{out}'")
    return out


def unreadable(rows: Path, out: Path) -> Path:
    duckdb.sql(f"COPY (SELECT text, 2 AS insult FROM '{rows}') TO '{out}'")
    return out


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        (one_group, SETTINGS, "the rows are of too few groups to be divided"),
        (weighted, SiteSettings("mysite-1", is_random_sample=True), "rows with weights are no"),
        (german, SETTINGS, r"0 of 150 rows have a label and are in a language that the model"),
        (unlabelled, SETTINGS, r"0 of 150 rows have a label"),
        (unreadable, SETTINGS, r"row 1: `insult` is a number outside 0 to 1"),
        (None, SiteSettings("My Site"), r"--name 'My Site': 3 to 64 small letters"),
        (None, SiteSettings("minilm-toxicity-6"), "are for the shipped model"),
    ],
)
def test_what_can_not_be_used_is_named_and_nothing_is_written(
    base: Path,
    few: Path,
    tmp_path: Path,
    change: Callable[[Path, Path], Path] | None,
    settings: SiteSettings,
    message: str,
) -> None:
    (tmp_path / "rows").mkdir()
    rows = change(few, tmp_path / "rows" / "rows.parquet") if change else few
    with pytest.raises(InvalidInput, match=message):
        run(rows, tmp_path / "out", base, settings=settings)
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


def test_a_folder_that_is_there_is_never_written_over(
    base: Path, few: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.onnx").write_text("in use")
    with pytest.raises(InvalidInput, match="is there already; name a new folder"):
        run(few, tmp_path / "out", base)
    (tmp_path / "out" / "model.onnx").unlink()
    run(few, tmp_path / "out", base)
    assert (tmp_path / "out" / MANIFEST_FILE).exists()


def test_a_base_that_was_changed_is_refused(base: Path, few: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match="no readable manifest"):
        run(few, tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()
