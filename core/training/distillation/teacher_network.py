"""The teacher: a larger network and its training. Imports torch; import it only to train."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModel

from core.inference.batching.padding import padded
from core.training.data.batches import encode, load_tokenizer, shuffled_batches

Progress = Callable[[str], None]
_REPORT_EVERY = 100


@dataclass(frozen=True, slots=True)
class TeacherSettings:
    """`kinds` is how many yes-or-no questions it answers at once; `warmup` a share of all steps."""

    kinds: int
    epochs: int
    seed: int = 1
    batch_rows: int = 32
    learning_rate: float = 2.5e-5
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropped: float = 0.1
    max_tokens: int = 192
    threads: int = 2


class TeacherNetwork(nn.Module):  # type: ignore[misc,unused-ignore]
    """An encoder, the mean of its tokens and one linear layer. Its word embeddings are frozen: the
    few comments of a task contain too few of the words to train them."""

    def __init__(self, base: Path, settings: TeacherSettings) -> None:
        super().__init__()
        torch.manual_seed(settings.seed)
        self.encoder = AutoModel.from_pretrained(
            str(base), add_pooling_layer=False, local_files_only=True
        )
        self.encoder.embeddings.requires_grad_(False)
        self.drop = nn.Dropout(settings.dropped)
        self.head = nn.Linear(self.encoder.config.hidden_size, settings.kinds)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits (rows, kinds)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        hidden = states.last_hidden_state
        share = attention_mask.unsqueeze(-1).to(hidden.dtype)
        logits: Tensor = self.head(self.drop((hidden * share).sum(1) / share.sum(1)))
        return logits


class Teacher:
    """A network with its tokenizer. Call `fit` once, then `scores`."""

    def __init__(self, base: Path, settings: TeacherSettings) -> None:
        torch.set_num_threads(settings.threads)
        self._settings = settings
        self._tokenizer = load_tokenizer(base / "tokenizer.json", settings.max_tokens)
        self._network = TeacherNetwork(base, settings)
        self._pad_id: int = self._network.encoder.config.pad_token_id

    def fit(
        self, texts: Sequence[str], answers: Sequence[Sequence[float]], progress: Progress
    ) -> None:
        """`answers` are (texts, kinds), 0 or 1."""
        settings, targets = self._settings, torch.tensor(answers, dtype=torch.float32)
        ids = encode(self._tokenizer, texts)
        lengths = [len(each) for each in ids]
        steps = settings.epochs * -(-len(ids) // settings.batch_rows)
        learnt = [p for p in self._network.parameters() if p.requires_grad]
        optimiser, schedule = _optimiser(learnt, settings, steps)
        self._network.train()
        step, began = 0, time.monotonic()
        for epoch in range(settings.epochs):
            for batch in shuffled_batches(lengths, settings.batch_rows, seed=epoch):
                loss = nn.functional.binary_cross_entropy_with_logits(
                    self._logits([ids[row] for row in batch]), targets[batch]
                )
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(learnt, 1.0)
                optimiser.step()
                schedule.step()
                step += 1
                if step % _REPORT_EVERY == 0:
                    spent = time.monotonic() - began
                    progress(f"step {step}/{steps} loss {float(loss.detach()):.4f} {spent:.0f} s")

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, kinds) in input order, 0 to 1."""
        self._network.eval()
        ids = encode(self._tokenizer, texts)
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        found = np.empty((len(ids), self._settings.kinds), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), self._settings.batch_rows):
                rows = order[start : start + self._settings.batch_rows]
                found[rows] = self._logits([ids[row] for row in rows]).sigmoid().numpy()
        return found

    def _logits(self, ids: Sequence[Sequence[int]]) -> Tensor:
        tokens, mask = map(torch.from_numpy, padded(ids, self._pad_id))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits: Tensor = self._network(tokens, mask)
        return logits.float()


def _optimiser(
    learnt: Sequence[nn.Parameter], settings: TeacherSettings, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    warm = max(1, int(steps * settings.warmup))

    def share(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    optimiser = torch.optim.AdamW(
        learnt, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)
