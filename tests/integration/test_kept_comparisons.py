"""What comparisons found is kept: the newest of each pair, and nothing that names a comment."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.measures import read_measures
from core.config import Settings
from core.errors import StoreError
from core.parity.kept import ComparisonFolder
from tests.integration.test_parity_service import NOW, POLICY, TEXTS, run
from tests.parity_backends import ModelBackend, gentler


@pytest.fixture
def folder(tmp_path: Path) -> ComparisonFolder:
    return ComparisonFolder(tmp_path / "comparisons")


def test_each_pair_has_its_newest_figures(folder: ComparisonFolder, tmp_path: Path) -> None:
    assert folder.read() == ()
    report = run(ModelBackend("ours"), ModelBackend("twin"), ModelBackend("next", gentler))
    folder.note(report)
    revised, twin = folder.read()
    assert (twin.reference, twin.backend, twin.compared) == ("ours", "twin", len(TEXTS))
    assert (twin.changed, twin.changed_matched, twin.policy_version) == (0, 0, POLICY.version)
    assert revised.backend == "next"
    assert revised.changed == report.pairs[1].changed > 10
    again = run(ModelBackend("ours"), ModelBackend("next"))
    later = NOW.replace(day=NOW.day + 1)
    folder.note(replace(again, made_at=later))
    assert [(one.backend, one.changed, one.made_at) for one in folder.read()] == [
        ("next", 0, later),
        ("twin", 0, NOW),
    ]
    files = [path.read_text() for path in (tmp_path / "comparisons").iterdir()]
    assert len(files) == 2
    assert not [text for text in TEXTS if any(text in file for file in files)]


def test_it_is_for_this_account_alone(folder: ComparisonFolder, tmp_path: Path) -> None:
    folder.note(run(ModelBackend("ours"), ModelBackend("twin")))
    (path,) = (tmp_path / "comparisons").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", "null", "\xff",
        json.dumps({"schema_version": 2}),
        json.dumps({"schema_version": 1, "made_at": "yesterday"}),
        json.dumps({
            "schema_version": 1, "made_at": NOW.isoformat(), "reference": "a", "backend": "b",
            "compared": 3, "changed": 4, "changed_matched": None, "policy_version": 1,
        }),
    ],
)  # fmt: skip
def test_what_is_no_comparison_counts_as_none(
    folder: ComparisonFolder, tmp_path: Path, content: str
) -> None:
    folder.note(run(ModelBackend("ours"), ModelBackend("twin")))
    (tmp_path / "comparisons" / "other.json").write_text(content, encoding="latin-1")
    assert [one.backend for one in folder.read()] == ["twin"]


def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "comparisons").write_text("a file")
    with pytest.raises(StoreError, match="can't be kept"):
        ComparisonFolder(tmp_path / "comparisons").note(
            run(ModelBackend("ours"), ModelBackend("twin"))
        )
    assert ComparisonFolder(tmp_path / "comparisons").read() == ()
    assert [path.name for path in tmp_path.iterdir()] == ["comparisons"]


def test_estimates_of_the_home_know_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    ComparisonFolder(settings.comparisons_dir).note(
        run(ModelBackend("ours"), ModelBackend("next", gentler))
    )
    (measure,) = read_measures(settings).parity
    assert (measure.reference, measure.backend) == ("ours", "next")
    assert measure.cost.startswith(f"{measure.changed} of {len(TEXTS)} decisions")
