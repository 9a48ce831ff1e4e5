"""The optimiser and its learning rate: warm-up, then a straight fall to zero. Imports torch."""

from torch import nn, optim

from core.training.settings import TrainSettings


def optimiser_for(
    network: nn.Module, settings: TrainSettings, steps: int
) -> tuple[optim.Optimizer, optim.lr_scheduler.LRScheduler]:
    """AdamW; only matrices decay. The head, all that is not of the encoder, has a rate of its
    own."""
    rate, decay = settings.learning_rate, settings.weight_decay
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, value in network.named_parameters():
        is_head = "encoder" not in name and "embeddings" not in name
        speed = settings.head_speed if is_head else 1.0
        groups.setdefault((rate * speed, decay if value.ndim > 1 else 0.0), []).append(value)
    optimiser = optim.AdamW(
        [{"params": each, "lr": at, "weight_decay": of} for (at, of), each in groups.items()],
        # One pass over the weights in place of a dozen.
        fused=True,
    )
    warm = max(1, round(steps * settings.warmup))

    def share(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    return optimiser, optim.lr_scheduler.LambdaLR(optimiser, share)
