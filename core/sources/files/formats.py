"""The format of a file, decided from its name before any of it is parsed."""

from enum import StrEnum
from pathlib import Path

from core.errors import UnreadableFile


class FileFormat(StrEnum):
    """File formats, by suffix."""

    JSON_LINES = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
    ".json": FileFormat.JSON,
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.TSV,
    ".parquet": FileFormat.PARQUET,
}
KNOWN_SUFFIXES = ".jsonl, .ndjson, .json, .csv, .tsv (each also with .gz) and .parquet"


def is_gzip(path: Path) -> bool:
    """Whether the name ends in `.gz`."""
    return path.suffix.lower() == ".gz"


def file_format(path: Path) -> FileFormat:
    """The format of an existing file that is not empty. Raises UnreadableFile naming it."""
    name = path.with_suffix("") if is_gzip(path) else path
    found = _BY_SUFFIX.get(name.suffix.lower())
    if found is None or (found is FileFormat.PARQUET and is_gzip(path)):
        raise UnreadableFile(f"{path.name} has an unknown suffix; known are {KNOWN_SUFFIXES}")
    try:
        if path.is_dir():
            raise UnreadableFile(f"{path.name} is a folder, not a file")
        size = path.stat().st_size
    except FileNotFoundError:
        raise UnreadableFile(f"there is no file {path}") from None
    except OSError as error:
        raise UnreadableFile(f"{path.name} can't be opened: {error.strerror}") from None
    if size == 0:
        raise UnreadableFile(f"{path.name} is empty")
    return found
