"""`modconsole train`, `export-model`, `model-card`, `train-teacher`, `train-first-stage` and
`severe-words`."""

import argparse
from pathlib import Path

from core.bootstrap.backends import make_backend
from core.cli.arguments import Commands, positive
from core.cli.site_training import add_site_flags, refuse_site_flags, run_site_training
from core.config import Settings
from core.errors import MissingExtra
from core.inference.manifest import SHIPPED_MODEL, model_folder
from core.inference.pooling import Pooling
from core.inference.severe_words import SEVERE_WORDS_FILE
from core.training.data.datasets import TRAIN_EXTRA
from core.training.settings import (
    DEFAULT_EPOCHS,
    DEFAULT_SEED,
    DEFAULT_SETTINGS,
    Precision,
    TrainSettings,
)


def add_commands(commands: Commands) -> None:
    """Declares the commands named above."""
    command = commands.add(
        "train",
        run_train,
        "Train the shipped model again, or tune it with a site's own comments.",
        "With --data from the named data files, with fixed seeds: it learns what larger networks "
        "and people say of each comment. With --rows it tunes the shipped model for a site (with "
        "under 200 labelled comments it fits the temperatures alone) and says whether the result "
        "is shown to be better: exit code 0, 5 if it is not, 6 if it is worse. After a cut the "
        "same command goes on from the last epoch. Needs the extra [train].",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="folder with the data sets")
    add_site_flags(command, what)
    command.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    command.add_argument(
        "--epochs", type=positive, default=DEFAULT_EPOCHS, help="passes over the data"
    )
    command.add_argument(
        "--limit", type=positive, help="rows to train and to measure on, for a quick try"
    )
    command.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="seed of every random choice"
    )
    command.add_argument(
        "--pooling",
        type=Pooling,
        choices=list(Pooling),
        default=DEFAULT_SETTINGS.pooling,
        help="what the head reads: the mean of all tokens, or the first one",
    )
    command.add_argument(
        "--precision",
        type=Precision,
        choices=list(Precision),
        default=DEFAULT_SETTINGS.precision,
        help="bf16 takes half the time on a processor that has it, and several times it on others",
    )
    command.add_argument(
        "--weights", type=Path, help="weights.pt of an earlier run: export and measure these"
    )
    command = commands.add(
        "export-model",
        run_export_model,
        "Write the model as a folder of Hugging Face's.",
        "For servers that run such models: a BertForSequenceClassification with its tokenizer and "
        "weights in fp16, made of the model in the settings. Its scores are those of the console "
        "in fp32, but for some thousandths. Needs the extra [transformers].",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
    command = commands.add(
        "model-card",
        run_model_card,
        "Write a model's card again.",
        "Generates it from the report.json that `train` wrote beside the model, and updates the "
        "manifest. Cards are never edited by hand.",
    )
    command.add_argument(
        "--model", type=Path, help="folder of the model (default: the shipped one)"
    )
    command = commands.add(
        "train-teacher",
        run_train_teacher,
        "Train the larger networks whose scores `train` learns from.",
        "Two of them learn the labels of all training sets at once, on a GPU if there is one, and "
        "score every row that `train` learns. It says first how long it will take. `train` reads "
        "the file with the digest that core/training/data/teacher_scores.py names. Needs the "
        "extra [train].",
    )
    command.add_argument("--set", choices=["all"], required=True, help="sets to learn")
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument(
        "--base-model",
        type=Path,
        required=True,
        help="folder of sentence-transformers/all-mpnet-base-v2",
    )
    command.add_argument("--out", type=Path, required=True, help="file to write the scores to")
    command = commands.add(
        "train-first-stage",
        run_train_first_stage,
        "Train the first stage of the cascade again.",
        "The model in the settings scores the named data files; the first stage learns to predict "
        "its scores. Writes first_stage.npz into OUT; needs the extra [train].",
    )
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument("--out", type=Path, required=True, help="folder of the model")
    command = commands.add(
        "severe-words",
        run_severe_words,
        "List the words that pages mask.",
        "The model in the settings scores words of the named data files, each alone; those that "
        "stand mostly in toxic comments and have a high score are written to severe_words.json in "
        "the folder of the shipped model.",
    )
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")


def run_train(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole train`."""
    if arguments.rows is not None:
        return run_site_training(arguments)
    refuse_site_flags(arguments)
    from core.training.run import train_model

    report = train_model(
        arguments.data,
        arguments.out,
        settings=TrainSettings(
            epochs=arguments.epochs,
            limit_rows=arguments.limit,
            seed=arguments.seed,
            pooling=arguments.pooling,
            precision=arguments.precision,
        ),
        weights=arguments.weights,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0


def run_export_model(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole export-model`."""
    from core.training.standard_folder import write_standard_folder

    manifest = write_standard_folder(model_folder(settings.model), arguments.folder)
    print(f"Wrote {manifest.version} to {arguments.folder}, as transformers reads it.")
    return 0


def run_model_card(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole model-card`."""
    from core.training.card.files import rewrite_card

    folder = arguments.model or SHIPPED_MODEL
    rewrite_card(folder)
    print(f"Wrote the card in {folder} from its report.")
    return 0


def run_train_teacher(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole train-teacher`."""
    try:
        from core.training.distillation.teacher import train_teachers
    except ImportError as error:
        raise MissingExtra(f"{TRAIN_EXTRA} ({error.name} is missing)") from error
    report = train_teachers(
        arguments.data,
        arguments.base_model,
        arguments.out,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0


def run_severe_words(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole severe-words`."""
    from core.training.evaluation.severe_words import write_severe_words
    from core.training.export.shipping import record_files

    backend = make_backend(settings)
    backend.load()
    words = write_severe_words(arguments.data, backend, SHIPPED_MODEL)
    record_files(SHIPPED_MODEL, [SEVERE_WORDS_FILE])
    print(f"Wrote {len(words)} words, scored by {backend.info.model_version}.")
    return 0


def run_train_first_stage(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole train-first-stage`: trains it on the scores of the model in the settings."""
    from core.training.distillation.first_stage_rows import distil_first_stage

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
