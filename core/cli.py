"""The command line: what can be typed. `modconsole COMMAND --help` explains each."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core import cascade_commands, commands, key_commands, training_commands
from core.config import Settings, load_settings
from core.errors import ConsoleError
from core.moderation.scores import Label
from core.training.lessons import LESSONS
from core.training.settings import DEFAULT_EPOCHS, DEFAULT_SEED


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 a server stopped by itself, 2 bad input or setting, 130 interrupted."""
    parsed = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], int] = parsed.run
    try:
        return command(parsed, load_settings())
    except ConsoleError as error:
        print(f"modconsole: {error}", file=sys.stderr)
        return commands.USAGE_ERROR
    except KeyboardInterrupt:
        print("\nInterrupted; what was committed is kept.", file=sys.stderr)
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Every command and option; docs/cli.md is made from it."""
    parser = argparse.ArgumentParser(
        prog="modconsole", description="A moderation console for the comments of a site."
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[..., int], text: str, more: str) -> argparse.ArgumentParser:
        command = subparsers.add_parser(
            name,
            help=text,
            description=f"{text} {more}",
            formatter_class=argparse.RawDescriptionHelpFormatter
            if "\n" in more
            else argparse.HelpFormatter,
        )
        command.set_defaults(run=run)
        return command

    add(
        "up",
        commands.run_up,
        "Start everything and open for work.",
        "Starts the API, the console and the public look-up on this machine, brings in the newest "
        "Hacker News comments (or a bundled sample when there is no network), scores them, and "
        "runs until Ctrl-C. Data stays in MODCONSOLE_HOME.",
    )
    command = add(
        "ingest",
        commands.run_ingest,
        "Bring comments in.",
        "From files (JSONL as Hacker News gives it by Firebase or Algolia, or plain rows with "
        "id, text, author, created_at, parent_id; CSV; Parquet; .gz), or live from Hacker News. "
        "Bringing in the same rows again changes nothing. They wait until `modconsole score`.",
    )
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to read")
    command.add_argument("--source", default="site", help="name of the site plain rows are from")
    command.add_argument(
        "--hackernews", type=_positive, metavar="N", help="the N newest Hacker News comments"
    )
    command.add_argument(
        "--search", metavar="WORDS", help="Hacker News comments that hold these words (Algolia)"
    )
    command.add_argument("--sample", action="store_true", help="the bundled sample")
    command = add(
        "score",
        commands.run_score,
        "Score comments.",
        "Without FILE: everything that waits in the store, and lets the policy decide. With FILE: "
        "that table on its own, touching no state; OUT has one row for one row, in order, with a "
        "column for each label the model assesses and `error` where a row could not be scored.",
    )
    command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="CSV, JSONL or Parquet")
    command.add_argument("--text-column", default="text", help="column that holds the text")
    command.add_argument(
        "--out", type=Path, metavar="OUT", help="file to write, e.g. scores.parquet"
    )
    command = add(
        "explain",
        commands.run_explain,
        "Show which words moved a score.",
        "The comment is scored again without each of its words, and each word by itself. For the "
        "labels its decision acted on, prints what each word weighs and which words would have to "
        "go for a milder decision. Reads standard input where neither TEXT nor --comment is given.",
    )
    _explain_arguments(command)
    command = add(
        "serve",
        commands.run_serve,
        "Run the API.",
        "POST /v1/comments, GET /v1/decisions/REFERENCE, /healthz; its own pages at /docs. With "
        "`--engine ray`, in MODCONSOLE_REPLICAS processes behind one port; needs the extra [ray].",
    )
    command.add_argument(
        "--engine", choices=commands.ENGINES, default="uvicorn", help="uvicorn (one process) or ray"
    )
    add(
        "dashboard",
        commands.run_dashboard,
        "Run the staff console.",
        "Listens on this machine only.",
    )
    add(
        "author",
        commands.run_author,
        "Run the public look-up.",
        "The page where an author sees, by reference, what was decided and why, and appeals.",
    )
    _add_training(add)
    _add_cascade(add)
    command = add(
        "key",
        key_commands.run_key,
        "Make, list or revoke keys to the API.",
        "`key create NAME` prints a new key once; only its digest is kept. As soon as there is a "
        "key, the API asks for one: `Authorization: Bearer KEY` or `x-api-key: KEY`.",
    )
    command.add_argument(
        "act", choices=("create", "list", "revoke"), metavar="ACT", help="create, list or revoke"
    )
    command.add_argument("key_name", nargs="?", metavar="NAME", help="what to call it, or its id")
    command = add("bench", commands.run_bench, "Measure.", "Prints a table and writes it as JSON.")
    command.add_argument(
        "name", choices=commands.BENCHMARKS, metavar="NAME", help=", ".join(commands.BENCHMARKS)
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with the data sets (explain)",
    )
    command.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="comments to score, in `local`, `serve` and `parity`",
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the table here as JSON")
    command.add_argument(
        "--seconds", type=_positive, metavar="N", help="serve: length of each load (10)"
    )
    command.add_argument("--soak", action="store_true", help="serve: also ten minutes at 80 %%")
    command.add_argument(
        "--peers",
        type=Path,
        metavar="DIR",
        help="serve: also MLflow, LitServe, Ray Serve and plain FastAPI with the same model, from "
        "the environments in DIR, as `make test-peers` leaves them in .venv-peers",
    )
    command.add_argument(
        "--backends",
        nargs="+",
        metavar="NAME",
        help="parity: backends by name, the reference first (the one set, and all declared ones)",
    )
    command.add_argument(
        "--comments", type=_positive, metavar="N", help="parity: how many, 50 to 500 (500)"
    )
    return parser


def _add_training(add: Callable[..., argparse.ArgumentParser]) -> None:
    command = add(
        "train",
        training_commands.run_train,
        "Train the shipped model anew.",
        "From the named data files, with fixed seeds; needs the extra [train].",
    )
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    command.add_argument(
        "--epochs", type=_positive, default=DEFAULT_EPOCHS, help="passes over the data"
    )
    command.add_argument("--limit", type=_positive, help="rows to train on, for a quick try")
    command.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="seed of every random choice"
    )
    command.add_argument(
        "--weights", type=Path, help="weights.pt of an earlier run: export and measure these"
    )
    command = add(
        "model-card",
        training_commands.run_model_card,
        "Write a model's card anew.",
        "From the report.json that `train` left beside the model; the manifest follows. Cards are "
        "never edited by hand.",
    )
    command.add_argument("--model", type=Path, help="folder of the model; without it, the shipped")
    command = add(
        "train-teacher",
        training_commands.run_train_teacher,
        "Teach a larger network a set that `train` refines its model with.",
        "It learns the training side of the set, scores that side of it and of another one that no "
        "person labelled, and writes the scores. `train` reads the shipped files of them, one for "
        "each set. Needs the extra [train].",
    )
    command.add_argument(
        "--set", choices=[each.learnt for each in LESSONS], required=True, help="set to learn"
    )
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument(
        "--base-model",
        type=Path,
        required=True,
        help="folder of sentence-transformers/all-mpnet-base-v2",
    )
    command.add_argument("--out", type=Path, required=True, help="file to write the scores to")
    command = add(
        "train-first-stage",
        training_commands.run_train_first_stage,
        "Train the first stage of the cascade anew.",
        "The model that is set scores the named data files; the first stage learns to predict it. "
        "Writes first_stage.npz into OUT; needs the extra [train].",
    )
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument("--out", type=Path, required=True, help="folder of the model")


def _add_cascade(add: Callable[..., argparse.ArgumentParser]) -> None:
    command = add(
        "cascade",
        cascade_commands.run_cascade,
        "Let a first stage clear what is clearly fine.",
        "`cascade calibrate` compares the first stage with the full model on the newest stored "
        "comments, or those of --file, and writes down up to where it may clear. It refuses when "
        "the comments are too few to show that it misses hardly a flag. `cascade status` prints "
        "what was shown and what audits of live traffic found since.",
    )
    command.add_argument(
        "act", choices=("calibrate", "status"), metavar="ACT", help="calibrate or status"
    )
    command.add_argument(
        "--file", type=Path, metavar="FILE", help="comments of this site: CSV, JSONL or Parquet"
    )
    command.add_argument("--text-column", default="text", help="column that holds the text")


def _explain_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", nargs="?", metavar="TEXT", help="a text, HTML or plain")
    command.add_argument(
        "--comment", metavar="ID", help="a stored comment: its id on its site, or its reference"
    )
    command.add_argument("--source", default="site", help="the site the ID is of")
    command.add_argument(
        "--label", type=Label, choices=tuple(Label), metavar="LABEL", help=", ".join(Label)
    )
    command.add_argument("--json", action="store_true", help="print everything as JSON")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
