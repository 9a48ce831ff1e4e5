"""A text classifier run by torch, on a GPU if there is one, else on the processors."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BackendError, MissingExtra, ModelNotUsable
from core.inference.local.schedule import BATCH_TOKENS
from core.inference.local.standard_network import open_packed
from core.inference.manifest import PACKED_FILE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GPU_BATCH_TOKENS = 65_536
"""Keeps a large GPU busy; its memory holds many times that."""
GPU_LANES = 2
"""While the GPU computes one batch, another thread pads and copies the next."""
GPU_PART_TEXTS = 4096
"""About two such batches of usual comments."""
INSTALL = "pip install 'moderation-console[transformers]'"


class TorchNetwork:
    """One batch at a time on all processors, or two on the GPU, whose processors make tokens in the
    meantime. `model` is the path of a PACKED_FILE, or a folder or an id of Hugging Face's;
    `precision` is fp32 or bf16.

    `compiled` hands the network to torch.compile: slower to start, faster after. What the first
    call on a GPU or of a compiled network would wait for is done at once.
    """

    width_step = 1

    def __init__(self, model: str, precision: str, *, compiled: bool = False) -> None:
        network = open_classifier(model, precision)
        self._device = device_name()
        is_gpu = self._device == "cuda"
        self.lanes = GPU_LANES if is_gpu else 1
        self.batch_tokens = GPU_BATCH_TOKENS if is_gpu else BATCH_TOKENS
        self.part_texts = GPU_PART_TEXTS if is_gpu else None
        self._network: Any = network.eval().to(self._device)
        self.weight_count = sum(each.numel() for each in network.parameters())
        if compiled:
            self._network = import_torch()[0].compile(self._network, dynamic=True)
        if is_gpu or compiled:
            self._warm_up()

    def logits(
        self, tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        import torch

        try:
            with torch.inference_mode():
                answer = self._network(
                    input_ids=self._on_device(tokens), attention_mask=self._on_device(mask)
                )
                found: NDArray[np.float32] = answer.logits.float().cpu().numpy()
        except (RuntimeError, ValueError, IndexError) as error:
            raise BackendError(f"torch failed on a batch: {type(error).__name__}") from error
        return found

    def _on_device(self, values: "NDArray[np.int64]") -> Any:
        import torch

        made = torch.from_numpy(values)
        if self._device == "cpu":
            return made
        # A copy from pinned memory does not wait for the batch that the GPU computes.
        return made.pin_memory().to(self._device, non_blocking=True)

    def _warm_up(self) -> None:
        """Batches of two shapes: a compiled network learns from them that shapes change."""
        import numpy as np

        for rows, width in ((2, 16), (3, 24)):
            ones = np.ones((rows, width), dtype=np.int64)
            self.logits(ones, ones)


def classifier_in(folder: Path) -> str:
    """What `open_classifier` opens of a folder in which all files are to be trusted: one of this
    project's has a PACKED_FILE, unless it is of an earlier version."""
    packed = folder / PACKED_FILE
    return str(packed if packed.is_file() else folder)


def open_classifier(model: str, precision: str = "fp32") -> Any:
    """The network that TorchNetwork runs. Raises ModelNotUsable or MissingExtra."""
    torch, transformers = import_torch()
    from safetensors import SafetensorError

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    # Loading takes hundredths of a second, so it needs no progress bar.
    transformers.utils.logging.disable_progress_bar()
    try:
        if Path(model).name == PACKED_FILE:
            return open_packed(Path(model)).to(dtype)
        return from_hub(transformers.AutoModelForSequenceClassification, model, dtype=dtype)
    except (SafetensorError, OSError, ValueError, RuntimeError, LookupError, ImportError) as error:
        raise ModelNotUsable(f"transformers can't open {model}: {error}") from error


def device_name() -> str:
    """`cuda` where torch sees a GPU, else `cpu`. Raises MissingExtra."""
    torch, _ = import_torch()
    return "cuda" if torch.cuda.is_available() else "cpu"


def import_torch() -> tuple[Any, Any]:
    """The modules torch and transformers. Raises MissingExtra."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtra(
            f"the backends `torch` and `transformers` need both packages: {INSTALL}"
        ) from error
    return torch, transformers


def from_hub(kind: Any, model: str, **options: Any) -> Any:
    """Calls `kind.from_pretrained`, first with files on this machine, then with the hub.

    Raises ModelNotUsable saying which of the two failed.
    """
    with suppress(OSError, ValueError):
        return kind.from_pretrained(model, local_files_only=True, **options)
    try:
        return kind.from_pretrained(model, **options)
    except (OSError, ValueError) as error:
        raise ModelNotUsable(
            f"{model} is not a model folder, not in the local Hugging Face cache, and could not be "
            f"downloaded: {first_line(error)}"
        ) from error


def first_line(error: Exception) -> str:
    """The first line of a library's error message, which may be a page long."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
