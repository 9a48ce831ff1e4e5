"""The training loop. Imports torch; import it only to train."""

import time
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from core.training.fitting.checkpoints import Checkpoints, FitState, Progressed
from core.training.fitting.network import Classifier, masked_loss
from core.training.fitting.rows import FitBatch, FitRows
from core.training.fitting.schedule import optimiser_for
from core.training.settings import Precision, TrainSettings

Progress = Callable[[str], None]
_REPORT_EVERY = 100
_TIMED_BATCHES = 3
_LONGEST_STEP = 1.0


def fit(
    network: Classifier,
    rows: FitRows,
    settings: TrainSettings,
    *,
    device: str,
    checkpoints: Checkpoints,
    progress: Progress,
) -> float:
    """Trains in place, from the last epoch that `checkpoints` has. Returns the seconds of all
    epochs, those of an earlier, cut run included. Raises InvalidInput for a checkpoint of another
    run."""
    # A single thread sums in a fixed order, so the weights do not depend on the number of cores.
    torch.set_num_threads(1)
    network.to(device)
    steps = settings.epochs * -(-len(rows) // settings.batch_rows)
    state = FitState(network, *optimiser_for(network, settings, steps))
    torch.manual_seed(settings.seed)
    done = checkpoints.load(state)
    if done.epochs:
        progress(f"goes on after epoch {done.epochs} of {settings.epochs}")
    if left := settings.epochs - done.epochs:
        time_left = duration(left * epoch_seconds(network, rows, settings, device))
        whole = f"{left} of {settings.epochs} epochs to go"
        progress(f"{whole}, about {time_left} on {where(device)}")
    for epoch in range(done.epochs, settings.epochs):
        began = time.monotonic()
        _run_epoch(state, rows, settings, device=device, epoch=epoch, progress=progress)
        done = Progressed(epoch + 1, done.seconds + time.monotonic() - began)
        checkpoints.save(state, done)
        progress(f"epoch {done.epochs} of {settings.epochs} done after {duration(done.seconds)}")
    network.cpu()
    return done.seconds


def epoch_seconds(
    network: Classifier, rows: FitRows, settings: TrainSettings, device: str
) -> float:
    """An estimate for one epoch on this machine, from a few of its batches. The network and the
    random numbers stay as they are."""
    batches = sorted(rows.batches(settings.batch_rows, seed=settings.seed), key=rows.padded_tokens)
    middle = batches[len(batches) // 2 :][:_TIMED_BATCHES]
    network.train()
    with torch.random.fork_rng():
        # The first pass also prepares what all others use, so it is not timed.
        _timed_pass(network, _on(device, rows, middle[:1], network), settings)
        spent = _timed_pass(network, _on(device, rows, middle, network), settings)
    network.zero_grad(set_to_none=True)
    return spent * sum(map(rows.padded_tokens, batches)) / sum(map(rows.padded_tokens, middle))


def duration(seconds: float) -> str:
    """In the unit that a person would use."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def where(device: str) -> str:
    """What computes, in words for the terminal and the card."""
    return torch.cuda.get_device_name() if device == "cuda" else "one CPU core"


def _on(
    device: str, rows: FitRows, chosen: Iterable[list[int]], network: Classifier
) -> Iterable[FitBatch]:
    return (rows.batch(each, device, pad_id=network.pad_id) for each in chosen)


def _timed_pass(network: Classifier, batches: Iterable[FitBatch], settings: TrainSettings) -> float:
    began = time.monotonic()
    for batch in batches:
        loss = _loss(network, batch, settings)
        loss.backward()
        # Waits for the GPU.
        float(loss.detach())
    return time.monotonic() - began


def _run_epoch(
    state: FitState,
    rows: FitRows,
    settings: TrainSettings,
    *,
    device: str,
    epoch: int,
    progress: Progress,
) -> None:
    chosen = list(rows.batches(settings.batch_rows, seed=settings.seed + epoch))
    state.network.train()
    running, began = 0.0, time.monotonic()
    for step, batch in enumerate(_on(device, rows, chosen, state.network), start=1):
        loss = _loss(state.network, batch, settings)
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(state.network.parameters(), _LONGEST_STEP)
        state.optimiser.step()
        state.schedule.step()
        running += float(loss.detach())
        if step % _REPORT_EVERY == 0:
            progress(
                f"epoch {epoch + 1} step {step} of {len(chosen)} loss "
                f"{running / _REPORT_EVERY:.4f} {duration(time.monotonic() - began)}"
            )
            running = 0.0


def _loss(network: Classifier, batch: FitBatch, settings: TrainSettings) -> Tensor:
    is_narrow = settings.precision is Precision.BF16
    with torch.autocast(batch.tokens.device.type, dtype=torch.bfloat16, enabled=is_narrow):
        logits = network(batch.tokens, batch.mask, batch.sets if settings.set_biases else None)
    return masked_loss(logits, batch.targets, batch.known, batch.weights)
