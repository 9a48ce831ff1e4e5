"""The facts of a model come from its folder: the shipped one, one without a report, a broken
one."""

import json
import re
import shutil
from pathlib import Path

import pytest

from core.errors import ModelNotUsable
from core.inference.manifest import MANIFEST_FILE, SHIPPED_MODEL
from core.inventory.model_facts import REPORT_FILE, read_model_facts
from core.inventory.tried_models import TriedModel, tried_models

DECISIONS = (Path(__file__).parents[2] / "docs" / "decisions.md").read_text()


def section(number: int) -> str:
    return DECISIONS.partition(f"\n## {number}. ")[2].partition("\n## ")[0]


def test_shipped_model_has_data_metrics_and_variants() -> None:
    found = read_model_facts(SHIPPED_MODEL)
    report = json.loads((SHIPPED_MODEL / REPORT_FILE).read_text())
    assert [one.name for one in found.data] == [one["name"] for one in report["sets"]]
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.sha256 or "") for one in found.data)
    assert all(one.licence for one in found.data)
    metric = found.metric("jigsaw_wiki", "toxicity")
    assert metric is not None
    assert metric.low is not None
    assert metric.high is not None
    assert metric.low < metric.value < metric.high
    assert found.metric("jigsaw_wiki", "obscene") is None  # no row of its has the label
    assert [one.name for one in found.variants] == ["int8", "bf16", "transformers"]
    sizes = {one.name: one.size_bytes for one in found.variants}
    assert sizes["int8"] == (SHIPPED_MODEL / "model.int8.onnx").stat().st_size
    assert sizes["bf16"] is None  # the same file as fp32, computed otherwise
    assert found.recipe


def test_folder_without_a_report_has_its_manifest_alone(tmp_path: Path) -> None:
    shutil.copy(SHIPPED_MODEL / MANIFEST_FILE, tmp_path)
    found = read_model_facts(tmp_path)
    assert (found.data, found.metrics, found.sizes) == ((), (), {})


@pytest.mark.parametrize("report", ["{", "[]", '{"sets": [{"name": 1}]}', '{"parity": {"a": 1}}'])
def test_report_that_can_t_be_read_is_told(tmp_path: Path, report: str) -> None:
    shutil.copy(SHIPPED_MODEL / MANIFEST_FILE, tmp_path)
    (tmp_path / REPORT_FILE).write_text(report)
    with pytest.raises(ModelNotUsable, match=REPORT_FILE):
        read_model_facts(tmp_path)


@pytest.mark.parametrize("tried", tried_models(), ids=lambda one: one.name)
def test_figures_of_a_tried_model_are_those_of_its_decision(tried: TriedModel) -> None:
    words = section(tried.decision)
    assert words
    for value, *interval in tried.roc_auc.values():
        shown = {f"{value:.3f}", f"{value:.4f}"}
        if interval:
            low, high = interval
            shown = {f"{value:.3f} [{low:.3f}, {high:.3f}]"}
        assert any(one in words for one in shown), shown


def test_one_of_the_tried_was_chosen() -> None:
    assert [one.verdict for one in tried_models()].count("chosen") == 1
