"""The rows of one run, where they stand: in a predictions table, or in a file of results."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.batch.predictions.rows import ID, RUN_ID
from core.errors import InvalidInput
from core.moderation.scores import Label
from core.sources.tables.base import Database, quoted, text_literal
from core.sources.tables.selection import selected_schema

ROW = "row"
_DECIDED = ("action", "reason")
_ALWAYS = ("detected_language", "unread_chars", "error")
_SCORED_BY = ("model_version", "policy_version", "scored_at")


@dataclass(frozen=True, slots=True)
class RunRows:
    """A SELECT of the run's rows with `columns`, among them those of `labels`. `has_actions`: the
    policy decided on them. `id` is the column that tells rows apart."""

    select: str
    columns: Sequence[str]
    labels: Sequence[Label]
    id: str
    has_actions: bool


def table_rows(table: str, run_id: str) -> RunRows:
    """The rows in a predictions table that the run wrote last."""
    columns = [ID, *Label, *_DECIDED, *_ALWAYS, *_SCORED_BY]
    names = ", ".join(map(quoted, columns))
    select = f"SELECT {names} FROM {quoted(table)} WHERE {RUN_ID} = {text_literal(run_id)}"
    return RunRows(select, columns, tuple(Label), ID, has_actions=True)


def check_predictions(database: Database, table: str) -> None:
    """Raises InvalidInput if the table is missing or is none of predictions."""
    there = selected_schema(database, f"SELECT * FROM {quoted(table)}", table).names
    wanted = [*table_rows(table, "").columns, RUN_ID]
    if missing := [name for name in wanted if name not in there]:
        raise InvalidInput(
            f"{database.name}: the table `{table}` has no column `{missing[0]}`, so it is none of "
            "predictions"
        )


def file_rows(database: Database, path: Path) -> RunRows:
    """`database` is a DuckDB, which reads the file. A file without a column `id` tells rows apart
    by their number. Raises InvalidInput if it is no file of results."""
    there = database.schema(f"SELECT * FROM {_reader(path)}").names
    labels = [label for label in Label if label in there]
    if not labels or not set(_ALWAYS) <= set(there):
        raise InvalidInput(f"{path.name} holds no results: it has no scores, or no column `error`")
    id_column = ID if ID in there else ROW
    cells = {
        id_column: f"CAST({ID} AS VARCHAR)" if ID in there else "row_number() OVER ()",
        **{label: f"TRY_CAST({quoted(label)} AS DOUBLE)" for label in labels},
        # What is NULL in Parquet is nothing in CSV.
        **{name: f"NULLIF(CAST({quoted(name)} AS VARCHAR), '')" for name in _ALWAYS},
    }
    read = [*([ID] if ID in there else []), *labels, *_ALWAYS]
    named = ", ".join(f"{cell} AS {quoted(name)}" for name, cell in cells.items())
    select = f"SELECT {named} FROM {_reader(path, read)} AS results"
    return RunRows(select, list(cells), labels, id_column, has_actions=False)


def _reader(path: Path, columns: Sequence[str] = ()) -> str:
    # A name with `*`, `?` or `[` would be read as a pattern of names.
    name = text_literal("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))
    match path.suffix.lower():
        case ".parquet":
            return f"read_parquet({name})"
        case ".csv":
            return (
                f"read_csv({name}, header = true, all_varchar = true, delim = ',', quote = '\"', "
                "escape = '\"')"
            )
    # The types that DuckDB guesses from the first rows may not fit the later ones.
    types = ", ".join(f"{quoted(each)}: 'VARCHAR'" for each in columns)
    given = f", columns = {{{types}}}" if columns else ""
    return f"read_json({name}, format = 'newline_delimited'{given})"
