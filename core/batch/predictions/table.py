"""A predictions table in a database."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from core.batch.predictions.rows import ID, ROW_AT_US, RUN_ID, TEXT_HASH, prediction_schema
from core.errors import InvalidInput
from core.sources.tables.base import Transaction, quoted

MINE = "mine"
_STAGED = "modconsole_staged"


@dataclass(frozen=True, slots=True)
class Known:
    """What the table says of an id; the hash is empty if the row has to be scored again."""

    text_hash: str
    run_id: str


def create_table(work: Transaction, name: str, schema: pa.Schema, holds: str) -> None:
    """Creates it if it is not there. Raises InvalidInput if a table of that name has other
    columns, so that it is none that `holds` these rows."""
    if name not in work.tables():
        work.stage(_STAGED, pa.RecordBatch.from_pylist([], schema=schema))
        work.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM {_STAGED}")
        return
    there = work.fetch(f"SELECT * FROM {quoted(name)} LIMIT 0").column_names
    if missing := [column for column in schema.names if column not in there]:
        raise InvalidInput(
            f"the table `{name}` has no column `{missing[0]}`, so it is none of {holds}; name "
            "another with --out-table"
        )


class PredictionTable:
    """Each id stands in it once. Every method works inside the caller's transaction."""

    def __init__(self, name: str, id_type: pa.DataType) -> None:
        self.name = name
        self.schema = prediction_schema(id_type)
        self._sql = quoted(name)
        self._columns = ", ".join(quoted(column) for column in self.schema.names)

    def create(self, work: Transaction) -> None:
        """Creates it if it is not there. Raises InvalidInput if a table of that name has other
        columns."""
        create_table(work, self.name, self.schema, "predictions")

    def known(self, work: Transaction, ids: pa.Array) -> dict[object, Known]:
        """Those of the ids that stand in the table."""
        work.stage("modconsole_ids", pa.RecordBatch.from_arrays([ids], [ID]))
        columns = f"p.{ID}, COALESCE(p.{TEXT_HASH}, '') AS {TEXT_HASH}, p.{RUN_ID}"
        found = work.fetch(
            f"SELECT {columns} FROM {self._sql} AS p JOIN modconsole_ids AS i ON p.{ID} = i.{ID}"
        )
        values = (found.column(name).to_pylist() for name in (ID, TEXT_HASH, RUN_ID))
        return {one: Known(text, run) for one, text, run in zip(*values, strict=True)}

    def settled(self, work: Transaction, run_id: str, *, only_run: bool) -> pa.Table:
        """Ids with the hash of their text, of the rows that need no scoring while it is the same,
        and whether that run wrote them; with `only_run` no others."""
        where = f"{TEXT_HASH} IS NOT NULL" + (f" AND {RUN_ID} = '{run_id}'" if only_run else "")
        mine = f"CASE WHEN {RUN_ID} = '{run_id}' THEN 1 ELSE 0 END AS {MINE}"
        return work.fetch(f"SELECT {ID}, {TEXT_HASH}, {mine} FROM {self._sql} WHERE {where}")

    def counts(self, work: Transaction, run_id: str) -> tuple[int, int, int]:
        """Of the run's rows: how many are scored, how many failed, and how many of the failed ones
        may work the next time."""
        scored = "SUM(CASE WHEN error IS NULL THEN 1 ELSE 0 END)"
        again = f"SUM(CASE WHEN {TEXT_HASH} IS NULL THEN 1 ELSE 0 END)"
        (found,) = work.fetch(
            f"SELECT count(*) AS n, COALESCE({scored}, 0) AS scored, COALESCE({again}, 0) AS again "
            f"FROM {self._sql} WHERE {RUN_ID} = '{run_id}'"
        ).to_pylist()
        scored_count = int(found["scored"])
        return scored_count, int(found["n"]) - scored_count, int(found["again"])

    def put(self, work: Transaction, rows: pa.RecordBatch, *, replaced: bool) -> None:
        """Adds the rows. `replaced`: some of their ids stand in the table, whose rows go."""
        work.stage(_STAGED, rows)
        if replaced:
            work.execute(f"DELETE FROM {self._sql} WHERE {ID} IN (SELECT {ID} FROM {_STAGED})")
        work.execute(
            f"INSERT INTO {self._sql} ({self._columns}) SELECT {self._columns} FROM {_STAGED}"
        )

    def replace_interval(
        self, work: Transaction, interval_us: tuple[int, int], staged: "PredictionTable"
    ) -> None:
        """The rows of `staged` take the place of all rows of the half-open interval, and of those
        with their ids."""
        start, end = interval_us
        work.execute(
            f"DELETE FROM {self._sql} WHERE {ROW_AT_US} >= {start} AND {ROW_AT_US} < {end} "
            f"OR {ID} IN (SELECT {ID} FROM {staged._sql})"
        )
        work.execute(
            f"INSERT INTO {self._sql} ({self._columns}) SELECT {self._columns} FROM {staged._sql}"
        )
        staged.drop(work)

    def drop(self, work: Transaction) -> None:
        work.execute(f"DROP TABLE {self._sql}")


def id_positions(ids: pa.Array) -> tuple[Sequence[int], list[int]]:
    """The indices of the first row of each id, and of the rows whose id is missing or stands in a
    row before."""
    if pc.count_distinct(ids).as_py() == len(ids):  # missing ones are not counted
        return range(len(ids)), []
    seen: set[object] = set()
    first: list[int] = []
    others: list[int] = []
    for at, one in enumerate(ids.to_pylist()):
        (others if one is None or one in seen else first).append(at)
        seen.add(one)
    return first, others
