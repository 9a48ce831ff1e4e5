"""Every setup of scoring on this machine, side by side: speed, start, memory, and equal answers.

Every round runs all setups, so that a busy minute of the machine affects each equally.
"""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.benchmarks.local_ceiling import int8_rate, operations
from core.benchmarks.local_gpu import gpu_floor
from core.benchmarks.local_setups import ONE_BY_ONE, REFERENCE, SETUPS, LocalSetup, Score, Scores
from core.benchmarks.local_start import measure_start
from core.benchmarks.local_texts import bench_texts, part, token_counts
from core.benchmarks.score_change import changes
from core.clock import system_clock
from core.config import Settings
from core.errors import BackendError, ConsoleError, MissingExtra
from core.inference.local.processors import processor_count
from core.inference.manifest import model_folder, read_manifest

ROUNDS = 3
ROUND_S = 4.0
"""A setup that would take longer for all comments scores a part of them, spread over their
lengths."""
SINGLES = 150
PROBES = 48
NOW_S = system_clock().monotonic


class LocalRun:
    """One setup with its part of the texts and its measurements."""

    def __init__(
        self, setup: LocalSetup, score: Score, texts: Sequence[str], lengths: Sequence[int]
    ):
        self.setup = setup
        self.score = score
        probes = part(lengths, PROBES)
        self._timed([texts[index] for index in probes])
        probe_s, _ = self._timed([texts[index] for index in probes])
        self.share = part(lengths, int(len(texts) * ROUND_S / (probe_s / len(probes) * len(texts))))
        self._texts = [texts[index] for index in self.share]
        self._singles = [texts[index] for index in part(lengths, SINGLES)]
        self.tokens = sum(lengths[index] for index in self.share)
        self.rates: list[float] = []
        self.scores: list[Scores] = []

    def run_round(self) -> None:
        """Score its part once more."""
        took_s, self.scores = self._timed(self._texts)
        self.rates.append(len(self._texts) / took_s)

    def single_calls_ms(self) -> list[float]:
        """Times of calls with one text each."""
        return [1000.0 * self._timed([text])[0] for text in self._singles]

    def _timed(self, texts: Sequence[str]) -> tuple[float, list[Scores]]:
        size = self.setup.calls_of or len(texts)
        begin = NOW_S()
        found: list[Scores] = []
        for start in range(0, len(texts), size):
            found += self.score(texts[start : start + size])
        return NOW_S() - begin, found


def run(settings: Settings, say: Callable[[str], None], file: Path | None = None) -> dict[str, Any]:
    """A row for each setup that runs here, the reason for each that doesn't, and the machine's
    ceiling."""
    folder = model_folder(settings.model)
    source, texts = bench_texts(settings, file)
    windows = token_counts(folder, texts)
    lengths, rows_read = list(map(sum, windows)), [count for each in windows for count in each]
    trials, not_run = _open_all(settings, texts, lengths, say)
    for number in range(ROUNDS):
        for trial in trials:
            say(f"round {number + 1} of {ROUNDS}: {len(trial.share)} comments, {trial.setup.name}")
            trial.run_round()
    reference = _reference(trials, texts, say)
    one_by_one = next((t for t in trials if t.setup.name == ONE_BY_ONE), None)
    rows = []
    for trial in trials:
        say(f"single calls and a fresh process: {trial.setup.name}")
        rows.append(_row(trial, reference, one_by_one, texts))
    say("the machine's int8 ceiling")
    return {
        "benchmark": "local",
        "texts": source,
        "comments": len(texts),
        "tokens_per_comment": round(sum(lengths) / len(texts), 1),
        "model_version": read_manifest(folder).version,
        "rows": rows,
        "not_run": "; ".join(not_run) or "nothing: every setup runs here",
        "gpu": gpu_floor(folder, rows_read, NOW_S, text_count=len(texts)),
        **_ceiling(folder, rows_read, trials, len(texts)),
    }


def _open_all(
    settings: Settings, texts: Sequence[str], lengths: Sequence[int], say: Callable[[str], None]
) -> tuple[list[LocalRun], list[str]]:
    trials: list[LocalRun] = []
    not_run: list[str] = []
    for setup in SETUPS.values():
        say(f"opening {setup.name}")
        try:
            trials.append(LocalRun(setup, setup.open(settings), texts, lengths))
        except (MissingExtra, BackendError) as error:
            not_run.append(f"{setup.name}: {error}")
    if not trials:
        raise ConsoleError(f"no setup of scoring runs here: {'; '.join(not_run)}")
    return trials, not_run


def _reference(
    trials: Sequence[LocalRun], texts: Sequence[str], say: Callable[[str], None]
) -> list[Scores] | None:
    """Every text's scores in fp32; None if no fp32 setup runs."""
    fp32 = [trial for trial in trials if trial.setup.name.endswith("fp32")]
    trial = next((t for t in fp32 if t.setup.name == REFERENCE), fp32[0] if fp32 else None)
    if trial is None:
        return None
    say(f"every comment once for comparison: {trial.setup.name}")
    return trial.score(texts)


def _row(
    trial: LocalRun,
    reference: Sequence[Scores] | None,
    one_by_one: LocalRun | None,
    texts: Sequence[str],
) -> dict[str, Any]:
    rate = statistics.median(trial.rates)
    calls_ms = trial.single_calls_ms()
    start_s, peak_mb = measure_start(trial.setup.name, texts, NOW_S)
    row = {
        "way": trial.setup.name,
        "comments/s": round(rate, 1),
        "min–max": f"{min(trial.rates):.1f}–{max(trial.rates):.1f}",
        "tokens/s": round(rate * trial.tokens / len(trial.share)),
        **{f"p{q}_ms": round(float(np.percentile(calls_ms, q)), 2) for q in (50, 95, 99)},
        "peak_mb": round(peak_mb),
        "cold_start_s": round(start_s, 2),
        "times_one_by_one": "",
        "scored": len(trial.share),
        "largest_difference": "",
        "labels_flipped_%": "",
    }
    if one_by_one is not None:
        row["times_one_by_one"] = round(rate / statistics.median(one_by_one.rates), 2)
    if reference is not None:
        change = changes([reference[index] for index in trial.share], trial.scores)
        row["largest_difference"] = round(change.largest, 4)
        row["labels_flipped_%"] = round(100 * change.flips / change.labels, 3)
    return row


def _ceiling(
    folder: Path, rows_read: Sequence[int], trials: Sequence[LocalRun], text_count: int
) -> dict[str, Any]:
    best = max(trials, key=lambda trial: statistics.median(trial.rates))
    try:
        per_comment = operations(folder, rows_read) / text_count
        rate = int8_rate(processor_count(), NOW_S)
    except (BackendError, ImportError) as error:
        return {"ceiling": f"not measured: {error}"}
    needed = per_comment * statistics.median(best.rates)
    return {
        "ceiling_int8_gop_per_s": round(rate / 1e9),
        "gop_per_comment": round(per_comment / 1e9, 3),
        "best": best.setup.name,
        "ceiling_share_of_best": round(needed / rate, 3),
    }
