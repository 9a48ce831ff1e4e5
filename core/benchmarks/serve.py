"""The API under load: the real server in a child process, over loopback.

Closed loops, alternating with those of other servers; then random arrivals up to the knee, three
times the knee, and optionally a long run.
"""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.benchmarks.load_rows import CONNECTIONS, Measured, Say
from core.benchmarks.load_session import Session
from core.benchmarks.rounds import Round, compare, median_rows, own_share
from core.bootstrap.services import file_scorer
from core.config import Settings
from core.inference.manifest import model_folder
from core.load_test.texts import read_texts
from core.moderation.cleaning import clean_text
from core.processes.api_process import running_api
from core.services.score import CHUNK_ROWS
from core.servinglog.record import Mode

ROUNDS = 3
DEFAULT_SECONDS = 10

MeasureOthers = Callable[[Path, Sequence[str], float, Say], Measured]
"""From model folder, texts, seconds per load and a progress callback to the measurements."""


def run(
    settings: Settings,
    say: Say,
    *,
    seconds: float = DEFAULT_SECONDS,
    soak: bool = False,
    file: Path | None = None,
    measure_others: MeasureOthers | None = None,
) -> dict[str, Any]:
    """A row for each load, and the share of the scoring rate that remains when storing. `seconds`
    is the length of one load; overload takes six times that. `measure_others` runs the same closed
    loops on other servers of the same model, in ROUNDS rounds alternating with ours; the rows are
    then medians.

    Raises ConsoleError for a file without texts, or if the server does not start.
    """
    # The texts repeat, so with a cache the benchmark would only measure a dictionary.
    bench = _Bench(replace(settings, cache_size=0), read_texts(file), seconds, say)
    rounds = [bench.round(measure_others) for _ in range(ROUNDS if measure_others else 1)]
    rows = median_rows(each.own for each in rounds)
    top = next(row["rps"] for row in rows if row["load"] == f"{CONNECTIONS[-1]} connections")
    with bench.session() as session:
        storing = session.storing_share()
        knee = session.find_knee(top)
        summary = storing | session.overload(knee)
        if soak:
            summary |= session.soak(knee)
    if measure_others is not None:
        summary |= {"peers": bench.versions, "rounds": len(rounds), **compare(rounds)}
    return {
        "benchmark": "serve",
        "texts": len(bench.texts),
        "backend": settings.backend,
        "rows": [*rows, *session.rows, *median_rows(each.peers for each in rounds)],
        **own_share(rounds),
        "knee_rps": round(knee, 1),
        **summary,
        "answers_without_a_record": bench.lost,
    }


@dataclass(slots=True)
class _Bench:
    """`lost` counts answers without a serving record, `versions` holds the software of each
    peer."""

    settings: Settings
    texts: list[str]
    seconds: float
    say: Say
    lost: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    def round(self, measure_others: MeasureOthers | None) -> Round:
        """The closed loops of the others, then ours: if one of the others fails, no long run of
        ours is lost."""
        found = Measured()
        if measure_others is not None:
            model = model_folder(self.settings.model)
            found = measure_others(model, self.texts, self.seconds, self.say)
            self.versions |= found.versions
        local_rps = self._local_rps()
        with self.session() as session:
            session.closed_loops()
        return Round(session.rows, found.rows, local_rps)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A fresh API, warmed up. When the block ends it is stopped and the records in its serving
        log are counted."""
        with (
            tempfile.TemporaryDirectory(prefix="bench-serve-") as home,
            running_api(self.settings, Path(home)) as api,
        ):
            session = Session(api, self.texts, self.seconds, self.say)
            session.warm_up()
            yield session
            api.stop()
            self.lost += session.answered - api.record_count()

    def _local_rps(self) -> float:
        """Comments per second of the same backend in this process, in batches as large as those of
        `modconsole score`."""
        self.say(f"{self.seconds:g} s: the backend in this process, no API")
        scorer = file_scorer(self.settings)
        cleaned = itertools.cycle([clean_text(text) for text in self.texts])
        scorer.score([next(cleaned)], Mode.LOAD_TEST)
        done, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < self.seconds:
            done += len(scorer.score(list(itertools.islice(cleaned, CHUNK_ROWS)), Mode.LOAD_TEST))
        scorer.close()
        return done / spent
