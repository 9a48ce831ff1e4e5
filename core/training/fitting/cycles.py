"""How the learning rate goes: up, and down to nothing, once or twice."""

from dataclasses import dataclass

from core.training.settings import TrainSettings


@dataclass(frozen=True, slots=True)
class Cycle:
    """Epochs over which the learning rate falls from `peak_rate` to nothing."""

    epochs: range
    peak_rate: float


def cycles(settings: TrainSettings) -> list[Cycle]:
    """All epochs but the last, and the last by itself; one alone is one cycle.

    After a warm restart (Loshchilov and Hutter 2017, arXiv:1608.03983) small data sets are learned
    that the first cycle passed by.
    """
    if settings.epochs == 1:
        return [Cycle(range(1), settings.learning_rate)]
    last = settings.epochs - 1
    return [
        Cycle(range(last), settings.learning_rate),
        Cycle(range(last, settings.epochs), settings.last_learning_rate),
    ]


def refining_cycle(settings: TrainSettings) -> Cycle:
    """The epochs after all others, over few sets."""
    refining = settings.refining
    return Cycle(range(settings.epochs, settings.epochs + refining.epochs), refining.learning_rate)
