"""How long questions to a long serving log take, and how many bytes a record of it has.

The log has 100,000,000 calls in 30 days, with the arrivals of a data set and the times of the calls
in this home's serving log; then 1,000,000,000 in 300 days, of which only sums are kept. Other
programs are asked the same of an hour and of a day.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from core.benchmarks import log_peers
from core.benchmarks.local_start import peak_mb
from core.benchmarks.log_archive import DAY_0, bytes_by_ids, make_archive, make_sums, open_source
from core.benchmarks.timed import timed
from core.config import Settings
from core.errors import DataFileMismatch
from core.servinglog.archive.manifest import ArchiveManifest
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window, bucket_s

RECORDS = 100_000_000
DAYS = 30
SUMMED_DAYS = 300
WINDOWS = {"1 h": timedelta(hours=1), "24 h": timedelta(hours=24), "30 d": timedelta(days=30)}


def run(
    settings: Settings,
    say: Callable[[str], None],
    data_dir: Path | None = None,
    records: int = RECORDS,
) -> dict[str, Any]:
    """Needs the folder with the data sets, and takes about 5 GB. Raises DataFileMismatch, and
    ConfigError without a log of real calls."""
    if data_dir is None:
        raise DataFileMismatch("`bench logs` needs --data, the folder with the arrivals")
    per_hour = records // (DAYS * 24)
    source = open_source(settings.serving_log_dir, data_dir)
    with tempfile.TemporaryDirectory(prefix="serving-log-") as name:
        folder, summed = Path(name) / "rows", Path(name) / "sums"
        say("bytes of a record")
        sizes = bytes_by_ids(source, Path(name), per_hour)
        manifest = make_archive(source, folder, DAYS, per_hour, say)
        say("asking")
        asked = _in_fresh_process(__name__, folder, str(DAYS))
        say("asking other programs")
        until = DAY_0 + timedelta(days=DAYS)
        others = _in_fresh_process(log_peers.__name__, folder, until.isoformat())
        say("the sums of 300 days")
        sums = make_sums(source, summed, folder, SUMMED_DAYS)
        asked_sums = _in_fresh_process(__name__, summed, str(SUMMED_DAYS))
        return {
            "benchmark": "logs",
            "sampled_calls": source.calls,
            "rows": [*_of(manifest, asked), *_of(sums, asked_sums)],
            **others,
            "bytes_per_record_by_ids": sizes,
            "archive_gb": round(_bytes(folder) / 1e9, 2),
            "sums_mb": round(_sum_bytes(folder, manifest) / 1e6, 1),
            "peak_mb": asked["peak_mb"],
            "only_sums_mb": round(_bytes(summed) / 1e6, 1),
            "only_sums_peak_mb": asked_sums["peak_mb"],
        }


def _of(manifest: ArchiveManifest, asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"calls": manifest.row_count, **row} for row in asked["rows"]]


def main(folder: Path, days: int) -> None:
    """Prints what questions to the log in that folder take, in seconds by the clock and of the
    processor, and how much memory they took."""
    queries = ServingLogQueries(folder)
    until = DAY_0 + timedelta(days=days)
    windows = {name: Window(until - span, until) for name, span in WINDOWS.items()}
    windows["all"] = Window(DAY_0, until)
    rows = []
    for name, window in windows.items():
        width = max(queries.least_bucket_s(window), bucket_s(window.span_s))
        questions: dict[str, Callable[[], object]] = {
            "summary": partial(queries.summary, window),
            "series": partial(queries.series, window, width),
            "by_backend": partial(queries.by_backend, window),
        }
        if name == "1 h" and queries.summary(window).bound == 0:
            questions["slowest rows"] = partial(queries.slowest, window)
        rows += [
            {"window": name, "question": question, **timed(ask)}
            for question, ask in questions.items()
        ]
    rows.append({"window": "all", "question": "bounds", **timed(queries.bounds)})
    sys.stdout.write(json.dumps({"rows": rows, "peak_mb": round(peak_mb())}))


def _in_fresh_process(module: str, folder: Path, what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", module, str(folder), what]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _sum_bytes(folder: Path, manifest: ArchiveManifest) -> int:
    place = ArchivePlace(folder)
    paths = (path for one in manifest.sums.values() for path in (one.minutes, one.hours))
    return sum(Path(place.file(path)).stat().st_size for path in paths)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
