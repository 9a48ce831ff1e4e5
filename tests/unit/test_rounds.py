"""Rounds of a load benchmark: medians of rows, and ratios within a round."""

from typing import Any

import pytest

from core.benchmarks.rounds import Round, compare, median_rows, own_share


def row(load: str, rps: float, p50_ms: float = 1.0, p99_ms: float = 1.0) -> dict[str, Any]:
    return {"load": load, "rps": rps, "p50_ms": p50_ms, "p99_ms": p99_ms}


def peers(name: str, rps: float, p50_alone: float, p99: float) -> list[dict[str, Any]]:
    return [
        row(f"{name}, 1 connections", 9.0, p50_ms=p50_alone),
        row(f"{name}, 64 connections", rps, p99_ms=p99),
    ]


OWN = [row("1 connections", 90.0, 5.0, 9.0), row("64 connections", 200.0, 300.0, 400.0)]
SLOW = [row("1 connections", 45.0, 10.0, 18.0), row("64 connections", 100.0, 600.0, 800.0)]
MLFLOW = peers("MLflow", 50.0, 10.0, 1_600.0)
LITSERVE = peers("LitServe", 40.0, 1.0, 1_000.0)


def test_the_best_peer_is_the_one_that_does_most_at_the_most_connections() -> None:
    assert compare([Round(OWN, [*MLFLOW, *LITSERVE], 250.0)]) == {
        "best_peer": "MLflow",
        "rps_over_best_peer": 4.0,
        "rps_over_best_peer_rounds": [4.0],
        "p99_over_best_peer": 0.25,
        "p99_over_best_peer_rounds": [0.25],
        "p50_alone_over_best_peer": 0.5,
        "p50_alone_over_best_peer_rounds": [0.5],
    }


def test_one_slow_round_of_three_changes_no_median_and_is_reported() -> None:
    rounds = [Round(OWN, MLFLOW, 250.0), Round(SLOW, MLFLOW, 250.0), Round(OWN, MLFLOW, 250.0)]
    found = compare(rounds)
    assert (found["rps_over_best_peer"], found["rps_over_best_peer_rounds"]) == (4.0, [4, 2, 4])
    assert found["p50_alone_over_best_peer"] == 0.5
    assert own_share(rounds) == {
        "local_runtime_rps": 250.0,
        "share_of_local_runtime": 0.8,
        "share_of_local_runtime_rounds": [0.8, 0.4, 0.8],
    }


def test_a_peer_that_failed_in_a_round_is_compared_in_the_others() -> None:
    rounds = [Round(OWN, [], 250.0), Round(OWN, MLFLOW, 250.0)]
    assert compare(rounds)["rps_over_best_peer_rounds"] == [4.0]


def test_a_peer_that_answered_nothing_in_a_round_is_compared_in_the_others() -> None:
    silent = peers("MLflow", 0.0, float("nan"), float("nan"))
    rounds = [Round(OWN, silent, 250.0), Round(OWN, MLFLOW, 250.0), Round(OWN, MLFLOW, 250.0)]
    assert compare(rounds)["rps_over_best_peer_rounds"] == [4.0, 4.0]
    assert compare([Round(OWN, silent, 250.0)]) == {}


def test_without_peers_there_is_nothing_to_compare() -> None:
    assert compare([Round(OWN, [], 250.0)]) == {}


def test_a_row_of_several_rounds_has_median_figures_and_all_requests() -> None:
    def one(rps: float, errors: int, cpu: float | None) -> list[dict[str, Any]]:
        counts = {"requests": 100, "refused": 0, "errors": errors}
        return [{"load": "a", "offered_rps": None, "rps": rps, **counts, "server_cpu": cpu}]

    assert median_rows([one(1.0, 0, 0.5), one(9.0, 2, 0.7), one(2.5, 0, 0.6)]) == [
        {
            "load": "a",
            "offered_rps": None,
            "rps": 2.5,
            "requests": 300,
            "refused": 0,
            "errors": 2,
            "server_cpu": pytest.approx(0.6),
        }
    ]
