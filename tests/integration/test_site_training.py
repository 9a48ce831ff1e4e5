"""Tuning a model with a site's own rows: fit, export, compare, document, load, score."""

import csv
from pathlib import Path

import duckdb
import numpy as np
import pytest
from safetensors.numpy import load_file

from core.bootstrap.backends import make_backend
from core.cli.main import main
from core.cli.output import ExitCode
from core.environment import load_settings
from core.inference.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    PACKED_FILE,
    read_manifest,
    verify_model_files,
)
from core.moderation.scores import Label
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import MODEL_LABELS, sha256_of
from core.training.site.folder import read_base
from core.training.site.head import fold_into_folder, pooling_of
from core.training.site.plan import plan_of
from core.training.site.report import SITE_REPORT_FILE, SiteReport
from core.training.site.rows import SiteRow, read_site_file
from core.training.site.scoring import REFERENCE, score_rows
from core.training.site.settings import SiteSettings
from core.training.site.steps import SiteRun, examples_to_learn
from tests.integration import site_runs
from tests.integration.site_runs import SETTINGS, hush, run
from tests.integration.tiny_site_model import SENTENCES, write_rows

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

UNKNOWN: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)
SEEN = [SiteRow("", text, UNKNOWN) for text, _ in SENTENCES[::30]]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("rows") / "many.parquet", 280)


@pytest.fixture(scope="module")
def tuned(
    base: Path, many: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SiteReport, Path]:
    out = tmp_path_factory.mktemp("tuned") / "mysite-1"
    return run(many, out, base), out


@pytest.fixture(scope="module")
def fitted(
    base: Path, few: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SiteReport, Path]:
    out = tmp_path_factory.mktemp("fitted") / "mysite-1"
    return run(few, out, base), out


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in folder.iterdir()}


def test_the_network_of_a_folder_gives_the_scores_of_its_graphs(base: Path) -> None:
    from core.training.fitting.logits import network_logits
    from core.training.site.tuning import read_network

    network = read_network(base, pooling_of(base))
    tokenizer = load_tokenizer(base / "tokenizer.json", 64)
    logits = network_logits(network, encode(tokenizer, [row.text for row in SEEN]), threads=1)
    scores = score_rows(base, SEEN, REFERENCE)
    assert 1 / (1 + np.exp(-logits)) == pytest.approx(scores, abs=1e-5)
    assert scores.std() > 0.01


def test_the_folder_has_the_sites_name_and_hashes(tuned: tuple[SiteReport, Path]) -> None:
    report, folder = tuned
    manifest = read_manifest(folder)
    verify_model_files(folder, manifest)
    assert (manifest.name, manifest.version) == ("mysite-1", "mysite-1")
    assert manifest.about["base_model"] == report.base_version == "minilm-toxicity-0"
    assert manifest.about["verdict"] == str(report.verdict)
    assert {*manifest.files, MANIFEST_FILE} == set(digests(folder))
    assert {CARD_FILE, SITE_REPORT_FILE} < set(manifest.files)


def test_tuning_changes_the_network(tuned: tuple[SiteReport, Path], base: Path) -> None:
    report, folder = tuned
    assert not report.not_tuned
    before, after = load_file(base / PACKED_FILE), load_file(folder / PACKED_FILE)
    name = "bert.encoder.layer.0.attention.self.query.weight.steps"
    assert before[name].shape == after[name].shape
    assert not np.array_equal(before[name], after[name])
    assert pooling_of(folder) is pooling_of(base)


def test_the_same_rows_and_seed_give_the_same_bytes(
    tuned: tuple[SiteReport, Path], base: Path, many: Path, tmp_path: Path
) -> None:
    run(many, tmp_path / "again", base)
    assert digests(tmp_path / "again") == digests(tuned[1])


def test_a_cut_run_goes_on_and_leaves_no_half_model(
    tuned: tuple[SiteReport, Path], base: Path, many: Path, tmp_path: Path
) -> None:
    def cut(line: str) -> None:
        if line.startswith("epoch 1 of 2 done"):
            raise KeyboardInterrupt

    out, said = tmp_path / "out", list[str]()
    with pytest.raises(KeyboardInterrupt):
        run(many, out, base, progress=cut)
    assert not out.exists()
    run(many, out, base, progress=said.append)
    assert "goes on after epoch 1 of 2" in said
    assert digests(out) == digests(tuned[1])
    assert list(tmp_path.iterdir()) == [out]


def test_few_rows_leave_the_network_untouched_but_for_its_temperature(
    fitted: tuple[SiteReport, Path], base: Path
) -> None:
    report, folder = fitted
    assert report.not_tuned == "that takes 200 labelled rows, and there are 150"
    assert list(report.temperatures) == ["insult"]
    temperature = report.temperatures["insult"]
    assert temperature != 1.0
    before, after = load_file(base / PACKED_FILE), load_file(folder / PACKED_FILE)
    changed = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    # A bias of zero stays zero, whatever divides it.
    assert "classifier.weight" in changed
    assert changed <= {"classifier.weight", "classifier.bias"}
    rows = np.flatnonzero((before["classifier.weight"] != after["classifier.weight"]).any(axis=1))
    assert rows.tolist() == [MODEL_LABELS.index(Label.INSULT)]


def test_a_temperature_divides_logits_in_every_graph(base: Path, tmp_path: Path, few: Path) -> None:
    folder = tmp_path / "out"
    run(few, folder, base)
    temperature = read_manifest(folder).about["temperatures"]["insult"]
    column = MODEL_LABELS.index(Label.INSULT)
    for precision in ("fp32", "int8"):
        before, after = (score_rows(each, SEEN, precision)[:, column] for each in (base, folder))
        logits = np.log(before / (1 - before)) / temperature
        assert 1 / (1 + np.exp(-logits)) == pytest.approx(after, abs=2e-3)


def test_the_console_scores_with_the_written_folder(
    tuned: tuple[SiteReport, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tuned[1], tmp_path / "out.csv"
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_MODEL", str(folder))
    monkeypatch.setenv("MODCONSOLE_PRECISION", "fp32")
    assert make_backend(load_settings()).info.model_version == "mysite-1"
    given = tmp_path / "in.csv"
    given.write_text("text\n" + "".join(f"{row.text}\n" for row in SEEN))
    assert main(["score", str(given), "--out", str(out)]) == ExitCode.DONE
    with out.open(encoding="utf-8") as file:
        found = [[float(row[label]) for label in MODEL_LABELS] for row in csv.DictReader(file)]
    assert np.array(found) == pytest.approx(score_rows(folder, SEEN, REFERENCE), abs=1e-5)


def test_the_card_says_what_it_is_made_of_and_the_verdict(
    tuned: tuple[SiteReport, Path], fitted: tuple[SiteReport, Path], many: Path
) -> None:
    report, folder = tuned
    card = (folder / CARD_FILE).read_text()
    assert card.startswith(f"# mysite-1\n\n**{report.verdict_line}.**")
    counts = report.counts
    assert counts.train + counts.calibrate + counts.test == counts.used == 280
    for said in (sha256_of(many), "Licence: not known", "minilm-toxicity-0", "| insult | 280 |"):
        assert said in card
    assert "unchanged: that takes 200 labelled rows" in (fitted[1] / CARD_FILE).read_text()


def test_a_label_that_nobody_gave_is_learnt_from_the_base(
    base: Path, many: Path, tmp_path: Path
) -> None:
    start = read_base(base)
    plan = plan_of(read_site_file(many).rows, start.manifest.languages)
    learnt = examples_to_learn(SiteRun(plan, start, tmp_path, SETTINGS, hush))
    rows = [each.row for each in plan.sides.train]
    scores = score_rows(base, rows, REFERENCE)
    insult = MODEL_LABELS.index(Label.INSULT)
    scores[:, insult] = [row.targets[insult] for row in rows]
    assert [each.targets for each in learnt] == [tuple(row) for row in scores.tolist()]


def test_edges_of_too_few_rows_are_those_of_the_base(
    fitted: tuple[SiteReport, Path], base: Path, few: Path, tmp_path: Path
) -> None:
    assert fitted[0].shipped_edges == "nothing says that the rows are a random sample of the site"
    settings = SiteSettings("mysite-1", is_random_sample=True)
    report = run(few, tmp_path / "out", base, settings=settings)
    assert report.shipped_edges or report.shown_edges
    bands = read_manifest(tmp_path / "out").thresholds
    assert {label: bands[label] for label in bands if label != Label.INSULT} == {
        label: band
        for label, band in read_manifest(base).thresholds.items()
        if label != Label.INSULT
    }


def test_all_rows_of_the_file_are_used_or_counted(few: Path, base: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.parquet"
    duckdb.sql(
        f"COPY (SELECT text, insult::DOUBLE AS insult, 'x' AS author FROM '{few}' UNION ALL SELECT "
        "'Das ist ein ganz gewöhnlicher Satz auf Deutsch.', 0, 'x' UNION ALL "
        f"SELECT 'nobody said anything of this one', NULL, 'x') TO '{mixed}'"
    )
    report = run(mixed, tmp_path / "out", base)
    counts = report.counts
    assert (counts.used, counts.without_label, counts.other_language) == (150, 1, 1)
    assert report.unread == ("author",)
    assert len(read_site_file(mixed).rows) == 152


def test_folding_a_temperature_of_one_changes_no_byte(base: Path, tmp_path: Path) -> None:
    for path in base.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    fold_into_folder(tmp_path, [1.0] * len(MODEL_LABELS))
    assert digests(tmp_path) == digests(base)
