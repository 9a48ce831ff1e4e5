"""Held-out toxic texts in which people marked the words that make them toxic."""

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.errors import MissingExtra
from core.training.data.catalogue import CATALOGUE
from core.training.data.datasets import verify_files
from core.training.data.split import side_of

SETS = ("toxic_spans", "hatexplain_val")
_SEED = 20261123
_SPANS = """SELECT norm_key, text, span_ranges FROM '{path}'
 WHERE n_toxic_chars > 0 ORDER BY norm_key"""
_TOKENS = """SELECT norm_key, post_tokens, rationale_majority FROM '{path}'
 WHERE toxic = 1 AND n_rationales > 1 ORDER BY norm_key"""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """`spans` are the marked parts, each `text[start:end]`; never empty."""

    text: str
    spans: tuple[tuple[int, int], ...]


def read_rationales(data_dir: Path, name: str, rows: int) -> list[MarkedText]:
    """A seeded draw of at most `rows` texts of one of SETS, from the validation and test splits.
    Rows of these sets have one key, which names their group. Raises DataFileMismatch."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtra('reading the sets needs duckdb: pip install "duckdb>=1.5"') from error
    (data_set,) = (each for each in CATALOGUE if each.name == name)
    verify_files(data_dir, [data_set])
    path = str(data_dir / data_set.file).replace("'", "''")
    query, convert = (_SPANS, _spans) if name == "toxic_spans" else (_TOKENS, _tokens)
    with duckdb.connect() as connection:
        found = connection.execute(query.format(path=path)).fetchall()
    held_out = (row for key, *row in found if side_of(key) != "train")
    marked = [text for row in held_out if (text := convert(*row)).spans]
    return Random(_SEED).sample(marked, min(rows, len(marked)))


def _spans(text: str, ranges: str) -> MarkedText:
    return MarkedText(text, tuple((start, end) for start, end in json.loads(ranges)))


def _tokens(tokens: str, mask: str) -> MarkedText:
    """The tokens joined by spaces, like the `text` of the data set."""
    text, spans = "", []
    for token, is_marked in zip(json.loads(tokens), json.loads(mask), strict=True):
        start = len(text) + bool(text)
        text = f"{text} {token}" if text else token
        if is_marked:
            spans.append((start, start + len(token)))
    return MarkedText(text, tuple(spans))
