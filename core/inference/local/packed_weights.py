"""A file that has each weight of a network once, in the form in which the int8 graph multiplies it.

The matrix of a large layer is there as whole `steps` (inputs, outputs): times a `size` for each
output and a `factor` for each input they are its weights. Of inputs that are `apart` the factor is
0 and the weights are in `loud` (channels, outputs). Rows of the word table are steps times a size
for each row. All else has its usual name, the head too: what pooling it reads is in the metadata.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.inference.pooling import Pooling

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS, SIZE, FACTOR, APART, LOUD = ".steps", ".size", ".factor", ".apart", ".loud"
"""What follows the usual name of a matrix or table."""
_PARTS = (STEPS, SIZE, FACTOR, APART, LOUD)
POOLING = "pooling"
"""The only entry of the metadata: of several, safetensors writes any first."""


def read_packed(path: Path) -> tuple[dict[str, Any], Pooling]:
    """The fp32 tensors under their usual names, as torch has them, and what the head reads.

    Raises an error of safetensors, ValueError, LookupError or RuntimeError if it is no such file.
    """
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        pooling = Pooling((file.metadata() or {}).get(POOLING, ""))
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    found = {name: value.float() for name, value in stored.items() if not name.endswith(_PARTS)}
    for each in stored:
        if each.endswith(STEPS):
            name = each.removesuffix(STEPS)
            is_table = f"{name}{FACTOR}" not in stored
            found[name] = _table(stored, name) if is_table else _matrix(stored, name)
    return found, pooling


def _table(stored: "Mapping[str, Any]", name: str) -> Any:
    return stored[f"{name}{STEPS}"].float() * stored[f"{name}{SIZE}"][:, None]


def _matrix(stored: "Mapping[str, Any]", name: str) -> Any:
    made = stored[f"{name}{STEPS}"].float() * stored[f"{name}{SIZE}"]
    made *= stored[f"{name}{FACTOR}"][:, None]
    made[stored[f"{name}{APART}"]] = stored[f"{name}{LOUD}"]
    return made.T.contiguous()
