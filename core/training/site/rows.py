"""Reads a site's labelled comments from a file, and refuses it as a whole if one cell is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput
from core.moderation.cleaning import check_text, clean_text
from core.sources.files.fields import kind_of
from core.sources.files.formats import FileFormat, file_format
from core.sources.files.parquet_batches import column_names
from core.sources.files.parquet_rows import parquet_rows
from core.sources.files.text_files import Row
from core.sources.files.text_rows import delimited_rows
from core.training.data.datasets import MODEL_LABELS
from core.training.site.cells import group_in, share_in, weight_in

TEXT_COLUMN, WEIGHT_COLUMN, GROUP_COLUMN = "text", "weight", "group"
COLUMNS = (TEXT_COLUMN, *map(str, MODEL_LABELS), WEIGHT_COLUMN, GROUP_COLUMN)
_SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One comment. `text` is what people read of it; `targets` follow MODEL_LABELS: a share in
    0..1, None where unknown. `where` names the row in its file."""

    where: str
    text: str
    targets: tuple[float | None, ...]
    weight: float = 1.0
    group: str | None = None

    @property
    def has_label(self) -> bool:
        """Whether any label is known."""
        return any(target is not None for target in self.targets)

    @property
    def is_positive(self) -> bool:
        """Whether any label applies."""
        return any(target is not None and target >= 0.5 for target in self.targets)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """The rows in the file's order, and the columns that are not read."""

    rows: tuple[SiteRow, ...]
    unread: tuple[str, ...]


def read_site_file(path: Path) -> SiteFile:
    """Raises InvalidInput naming row and column of what is wrong, or UnreadableFile."""
    match file_format(path):
        case FileFormat.PARQUET:
            names = column_names(path)
            _check_columns(path, names)
            rows = parquet_rows(path, [name for name in names if name in COLUMNS])
        case FileFormat.CSV:
            names, rows = _delimited(path, ",")
        case FileFormat.TSV:
            names, rows = _delimited(path, "\t")
        case _:
            raise InvalidInput(f"{path.name}: labelled rows are read from .parquet, .csv and .tsv")
    return SiteFile(_checked(rows), tuple(name for name in names if name not in COLUMNS))


def _delimited(path: Path, delimiter: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    names, rows = delimited_rows(path, delimiter)
    _check_columns(path, names)

    def mapped() -> Iterator[Row]:
        for row in rows:
            cells = row.value if isinstance(row.value, tuple) and row.problem is None else ()
            yield Row(row.where, dict(zip(names, cells, strict=False)), row.problem)

    return names, mapped()


def _check_columns(path: Path, names: Sequence[str]) -> None:
    there = ", ".join(f"`{name}`" for name in names)
    if TEXT_COLUMN not in names:
        raise InvalidInput(f"{path.name} has no column `{TEXT_COLUMN}`; its columns are {there}")
    if not any(label in names for label in MODEL_LABELS):
        wanted = ", ".join(f"`{label}`" for label in MODEL_LABELS)
        raise InvalidInput(
            f"{path.name} has no column with labels, which are {wanted}; its columns are {there}"
        )
    for name in COLUMNS:
        if names.count(name) > 1:
            raise InvalidInput(f"{path.name} has more than one column `{name}`")


def _checked(rows: Iterator[Row]) -> tuple[SiteRow, ...]:
    found: list[SiteRow] = []
    problems: list[str] = []
    for row in rows:
        try:
            found.append(_site_row(row))
        except InvalidInput as error:
            problems.append(f"{row.where}: {error}")
    if problems:
        more = len(problems) - _SHOWN_PROBLEMS
        shown = "; ".join(problems[:_SHOWN_PROBLEMS])
        raise InvalidInput(f"{shown}; and {more:,} more rows" if more > 0 else shown)
    return tuple(found)


def _site_row(row: Row) -> SiteRow:
    if row.problem is not None or not isinstance(row.value, Mapping):
        raise InvalidInput(row.problem or "not a row of a table")
    cells = row.value
    return SiteRow(
        where=row.where,
        text=_text(cells.get(TEXT_COLUMN)),
        targets=tuple(share_in(cells.get(str(label)), str(label)) for label in MODEL_LABELS),
        weight=weight_in(cells.get(WEIGHT_COLUMN), WEIGHT_COLUMN),
        group=group_in(cells.get(GROUP_COLUMN), GROUP_COLUMN),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"`{TEXT_COLUMN}` is {kind_of(value)}, not text")
    try:
        check_text(value)
    except InvalidInput as error:
        raise InvalidInput(f"`{TEXT_COLUMN}`: {error}") from None
    found = clean_text(value)
    if not found:
        raise InvalidInput(f"`{TEXT_COLUMN}` has nothing to read")
    return found
