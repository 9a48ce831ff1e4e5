"""What a cut run goes on from: the state after its last whole epoch. Imports torch."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import optim

from core.errors import InvalidInput
from core.training.fitting.network import Classifier
from core.training.fitting.recipe import DIGESTS


@dataclass(frozen=True, slots=True)
class FitState:
    """All that changes while a network is fitted."""

    network: Classifier
    optimiser: optim.Optimizer
    schedule: optim.lr_scheduler.LRScheduler


@dataclass(frozen=True, slots=True)
class Progressed:
    """Whole epochs that are done, and the seconds spent on them."""

    epochs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """One file, replaced after each epoch. `recipe` names all that decides the weights; a file of
    another recipe is refused."""

    path: Path
    recipe: Mapping[str, str]

    def save(self, state: FitState, done: Progressed) -> None:
        """Atomic: a run that is killed finds the epoch before or this one."""
        content: dict[str, Any] = {
            "recipe": dict(self.recipe),
            "epochs": done.epochs,
            "seconds": done.seconds,
            "network": state.network.state_dict(),
            "optimiser": state.optimiser.state_dict(),
            "schedule": state.schedule.state_dict(),
            "random": torch.get_rng_state(),
            "random_gpu": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        draft = self.path.with_suffix(".new")
        with draft.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def load(self, state: FitState) -> Progressed:
        """Restores `state` and the random numbers; without a file nothing is done. Raises
        InvalidInput for a file that is of another recipe or unreadable."""
        if not self.path.is_file():
            return Progressed()
        content = self._read()
        state.network.load_state_dict(content["network"])
        state.optimiser.load_state_dict(content["optimiser"])
        state.schedule.load_state_dict(content["schedule"])
        torch.set_rng_state(content["random"])
        if content["random_gpu"]:
            torch.cuda.set_rng_state_all(content["random_gpu"])
        return Progressed(content["epochs"], content["seconds"])

    def _read(self) -> dict[str, Any]:
        advice = "remove it, or write to another folder"
        try:
            content: dict[str, Any] = torch.load(self.path, weights_only=True, map_location="cpu")
            found: dict[str, str] = content["recipe"]
        except (OSError, RuntimeError, UnpicklingError, EOFError, KeyError, TypeError) as error:
            raise InvalidInput(
                f"{self.path} is no checkpoint of a training run ({type(error).__name__}): {advice}"
            ) from error
        if others := _differences(found, self.recipe):
            raise InvalidInput(f"{self.path} is of another run ({'; '.join(others)}): {advice}")
        return content


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Settings with both values, then digests by name alone."""
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return [
        f"{name} was {found.get(name)}, is {wanted.get(name)}"
        for name in names
        if name not in DIGESTS
    ] + [f"other {name.replace('_', ' ')}" for name in names if name in DIGESTS]
