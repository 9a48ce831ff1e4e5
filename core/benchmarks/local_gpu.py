"""Scoring on a GPU compared with the best that GPU could do; says why if it can't be run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.benchmarks.local_ceiling import operations
from core.errors import BackendError, MissingExtra
from core.inference.local.torch_network import TorchNetwork, classifier_in, device_name

_SIDE = 8192
_COPIED = 1 << 30
_REPEATS = 20


def gpu_floor(
    folder: Path, lengths: Sequence[int], now_s: Callable[[], float], *, text_count: int
) -> str:
    """Comments per second in bf16, and two lower bounds of the time: the network's operations at
    the measured rate of a large bf16 product, and its bytes (bf16 weights once per batch) at the
    measured rate of a copy. `lengths` are the tokens of all windows of `text_count` comments."""
    try:
        if device_name() != "cuda":
            return "not run: torch sees no CUDA device"
        network = TorchNetwork(classifier_in(folder), "bf16")
        needed = operations(folder, lengths)
    except (MissingExtra, BackendError) as error:
        return f"not run: {error}"
    batches, spent_s = _score(network, lengths, now_s)
    product_rate, copy_rate = _rates(now_s)
    operations_s = needed / product_rate
    bytes_s = batches * 2 * network.weight_count / copy_rate
    return (
        f"bf16: {text_count / spent_s:,.0f} comments/s, {spent_s:.4f} s in {batches} batches; "
        f"floor by operations {operations_s:.4f} s ({product_rate / 1e12:.0f} TFLOP/s measured), "
        f"by bytes {bytes_s:.4f} s ({copy_rate / 1e9:.0f} GB/s measured); "
        f"share of the floor reached {max(operations_s, bytes_s) / spent_s:.2f}"
    )


def _score(
    network: TorchNetwork, lengths: Sequence[int], now_s: Callable[[], float]
) -> tuple[int, float]:
    """Batches of made-up tokens with these lengths: token values don't change the time on a GPU."""
    from core.inference.batching.padding import padded
    from core.inference.local.schedule import plan_batches

    plan = plan_batches(lengths, lanes=network.lanes, token_budget=network.batch_tokens)
    batches = [padded([[100] * lengths[index] for index in batch], 0) for batch in plan]
    for tokens, mask in batches:
        network.logits(tokens, mask)
    begin = now_s()
    for tokens, mask in batches:
        network.logits(tokens, mask)
    return len(batches), now_s() - begin


def _rates(now_s: Callable[[], float]) -> tuple[float, float]:
    """bf16 operations per second of a large product; bytes per second of a copy, read plus
    written."""
    import torch

    one = torch.randn(_SIDE, _SIDE, device="cuda", dtype=torch.bfloat16)
    source = torch.empty(_COPIED, device="cuda", dtype=torch.uint8)
    target = torch.empty_like(source)
    product_s = _seconds(lambda: torch.mm(one, one), now_s)
    copy_s = _seconds(lambda: target.copy_(source), now_s)
    return 2.0 * _SIDE**3 / product_s, 2.0 * _COPIED / copy_s


def _seconds(work: Callable[[], Any], now_s: Callable[[], float]) -> float:
    import torch

    work()
    torch.cuda.synchronize()
    begin = now_s()
    for _ in range(_REPEATS):
        work()
    torch.cuda.synchronize()
    return (now_s() - begin) / _REPEATS
