"""`modconsole train`, `train-teacher`, `train-first-stage` and `model-card`."""

import argparse

from core.bootstrap import SHIPPED_MODEL, make_backend
from core.config import Settings


def run_train(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole train`."""
    from core.training.run import train_model

    report = train_model(
        arguments.data,
        arguments.out,
        epochs=arguments.epochs,
        limit_rows=arguments.limit,
        seed=arguments.seed,
        weights=arguments.weights,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0


def run_model_card(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole model-card`."""
    from core.training.card import rewrite_card

    folder = arguments.model or SHIPPED_MODEL
    rewrite_card(folder)
    print(f"Wrote the card in {folder} from its report.")
    return 0


def run_train_teacher(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole train-teacher`."""
    from core.training.lessons import lesson_of
    from core.training.teacher import train_teacher

    report = train_teacher(
        lesson_of(arguments.set),
        arguments.data,
        arguments.base_model,
        arguments.out,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0


def run_train_first_stage(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole train-first-stage`: it learns from the model that is set."""
    from core.training.distil import distil_first_stage

    backend = make_backend(settings)
    backend.load()
    report = distil_first_stage(
        arguments.data,
        backend,
        arguments.out,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0
