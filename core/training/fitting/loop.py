"""The training loop. Imports torch; import it only to train."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.inference.batching.padding import padded
from core.training.data.batches import shuffled_batches
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.fitting.cycles import Cycle, cycles, refining_cycle
from core.training.fitting.logits import network_logits
from core.training.fitting.network import Classifier, masked_loss
from core.training.fitting.refining import RefiningRows
from core.training.settings import TrainSettings

Progress = Callable[[str], None]
_REPORT_EVERY = 100
_SCORE_MARGIN = 1e-3
"""Keeps scores away from 0 and 1, whose logits are infinite."""


def fit(
    network: Classifier,
    examples: Sequence[Example],
    ids: Sequence[Sequence[int]],
    settings: TrainSettings,
    *,
    progress: Progress,
) -> None:
    """Trains in place. `ids` are the token ids of `examples`, row by row."""
    # A single thread sums in a fixed order, so the weights do not depend on the number of cores.
    torch.set_num_threads(1)
    rows = _Rows(ids, *_target_tensors(examples))
    for cycle in cycles(settings):
        torch.manual_seed(settings.seed + cycle.epochs.start)
        _run_cycle(network, rows, cycle, settings, progress)


def refine(
    network: Classifier,
    refining: RefiningRows,
    ids: Sequence[Sequence[int]],
    settings: TrainSettings,
    *,
    progress: Progress,
) -> None:
    """Trains on over few sets, then averages the weights: (1 - share) * before + share * after. The
    average keeps what training would forget of the other sets and most of what it gains (Wortsman
    et al. 2022, arXiv:2109.01903). Cells without a label get the network's own earlier score as
    their target (Li and Hoiem 2016, arXiv:1606.09282). Without examples nothing changes."""
    if not refining.examples:
        return
    torch.set_num_threads(1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    rows = _Rows(ids, *_target_tensors(refining.examples)).filled(network, refining.teacher_weight)
    cycle = refining_cycle(settings)
    torch.manual_seed(settings.seed + cycle.epochs.start)
    _run_cycle(network, rows, cycle, settings, progress)
    after, share = network.state_dict(), settings.refining.share
    network.load_state_dict(
        {name: value.lerp(after[name], share) for name, value in before.items()}
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Token ids and, as tensors, targets and known cells (rows, labels) and weights (rows)."""

    ids: Sequence[Sequence[int]]
    targets: Tensor
    known: Tensor
    weights: Tensor

    def filled(self, network: Classifier, teacher_weight: Sequence[Sequence[float]]) -> "_Rows":
        """A target for every cell: the network's own score where there was none, elsewhere the mean
        of both logits, with the target's weighted by `teacher_weight` (rows, labels)."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network_logits(network, self.ids, threads=torch.get_num_threads())
        said, shares = torch.from_numpy(logits).float(), torch.tensor(teacher_weight)
        given = torch.logit(self.targets, eps=_SCORE_MARGIN)
        means = torch.sigmoid(shares * given + (1 - shares) * said)
        learnt = torch.where(shares < 1, means, self.targets)
        targets = torch.where(self.known > 0, learnt, said.sigmoid())
        return replace(self, targets=targets, known=torch.ones_like(self.known))


def _run_cycle(
    network: Classifier, rows: _Rows, cycle: Cycle, settings: TrainSettings, progress: Progress
) -> None:
    lengths = [len(each) for each in rows.ids]
    steps = len(cycle.epochs) * -(-len(lengths) // settings.batch_rows)
    optimiser, schedule = _optimiser(network, cycle.peak_rate, settings, steps)
    network.train()
    step, running, began = 0, 0.0, time.monotonic()
    for epoch in cycle.epochs:
        for batch in shuffled_batches(lengths, settings.batch_rows, seed=settings.seed + epoch):
            tokens, mask = map(torch.from_numpy, padded([rows.ids[row] for row in batch], 0))
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(tokens, mask)
            loss = masked_loss(logits, rows.targets[batch], rows.known[batch], rows.weights[batch])
            _step(network, optimiser, schedule, loss)
            step += 1
            running += float(loss.detach())
            if step % _REPORT_EVERY == 0:
                spent = time.monotonic() - began
                progress(f"step {step}/{steps} loss {running / _REPORT_EVERY:.4f} {spent:.0f} s")
                running = 0.0
        progress(f"epoch {epoch + 1} done")


def _step(
    network: Classifier,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    loss: Tensor,
) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    schedule.step()


def _optimiser(
    network: Classifier, peak_rate: float, settings: TrainSettings, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ],
        lr=peak_rate,
    )
    warm = max(1, round(steps * settings.warmup))

    def share(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def _target_tensors(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """targets and known cells (rows, labels), weights (rows)."""
    cells = np.array(
        [[np.nan if t is None else t for t in e.targets] for e in examples], dtype=np.float32
    ).reshape(-1, len(MODEL_LABELS))
    known = ~np.isnan(cells)
    weights = torch.tensor([e.weight for e in examples], dtype=torch.float32)
    return (
        torch.from_numpy(np.nan_to_num(cells)),
        torch.from_numpy(known.astype(np.float32)),
        weights,
    )
