"""The readable texts of rows, from which serving makes all readings of a text.

A row keeps its first reading, because that is what the network learns. Few texts have another
reading, such as hidden words or words in angle brackets; those are looked up in the files again.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.inference.text.form import readings
from core.moderation.cleaning import clean_text
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import Example, select_rows


class ReadableTexts:
    """Of the sets of `catalogue`. Rows of other sources are taken as they are."""

    def __init__(self, data_dir: Path, catalogue: Sequence[DataSet]) -> None:
        self._found: dict[tuple[str, str], str] = {}
        paths = {each.name: str(data_dir / each.file).replace("'", "''") for each in catalogue}
        for each in catalogue:
            if each.use is not DataSetUse.LEFT_OUT:
                inner = each.query.format(**paths)
                texts = (text for (text,) in select_rows(f"SELECT text FROM ({inner})"))
                self._keep(each.name, texts)

    def of(self, rows: Iterable[Example]) -> list[str]:
        """The readable text of each row, in their order."""
        return [self._found.get((row.source, row.text), row.text) for row in rows]

    def _keep(self, source: str, originals: Iterable[str]) -> None:
        """Texts whose first reading does not lead to the same readings."""
        for original in originals:
            readable = clean_text(original)
            ways = readings(readable)
            if readings(ways[0]) != ways:
                self._found.setdefault((source, ways[0]), readable)
