"""The learning-rate schedule: warm-up and decay to zero, once or twice."""

from dataclasses import dataclass

from core.training.settings import TrainSettings


@dataclass(frozen=True, slots=True)
class Cycle:
    """Epochs over which the learning rate falls from `peak_rate` to 0."""

    epochs: range
    peak_rate: float


def cycles(settings: TrainSettings) -> list[Cycle]:
    """One cycle for all epochs but the last and one for the last; a single epoch is one cycle.

    After a warm restart (Loshchilov and Hutter 2017, arXiv:1608.03983) the second cycle learns
    small data sets that the first one missed.
    """
    if settings.epochs == 1:
        return [Cycle(range(1), settings.learning_rate)]
    last = settings.epochs - 1
    return [
        Cycle(range(last), settings.learning_rate),
        Cycle(range(last, settings.epochs), settings.last_learning_rate),
    ]


def refining_cycle(settings: TrainSettings) -> Cycle:
    """The cycle of the refining phase, over few sets."""
    refining = settings.refining
    return Cycle(range(settings.epochs, settings.epochs + refining.epochs), refining.learning_rate)
