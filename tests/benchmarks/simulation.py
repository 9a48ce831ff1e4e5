"""How long a threshold takes to be tried on the past:
`python -m tests.benchmarks.simulation 1000000` (decisions), with MODCONSOLE_STATE_URL in an empty
PostgreSQL database."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from core.benchmarks.queue_data import take_triggers
from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.environment import load_settings
from core.moderation.estimates import abuse_found, removed_rightly
from core.moderation.history import seconds_a_case
from core.moderation.policies import Policy, Rule
from core.moderation.scores import Label
from core.moderation.simulation import simulate
from core.store.sql.store import SqlStore
from core.store.sql.tables import audit_events, cases, comments, decisions, revisions
from tests.benchmarks.measured import print_table, rss_mb

SEED = 67
CHUNK = 50_000
ROUNDS = 5
NEW = 1_000
SECOND_US = 1_000_000
HELD_FROM = 0.68
AUDIT_SHARE = 0.02
T = TypeVar("T")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), backend="fake", state_url=load_settings().state_url)
        with closing(build_services(settings, worker="benchmark")) as services:
            store = services.context.store
            assert isinstance(store, SqlStore)
            with store.transaction() as connection:
                take_triggers(connection)  # nothing here is searched for
            fill(store, 0, count)
            before = rss_mb(os.getpid())
            read_s, history = timed(services.policy_history.read)
            grown = rss_mb(os.getpid()) - before
            assert len(history) == count
        with closing(build_services(settings, worker="benchmark")) as services:
            kept_s, _ = timed(services.policy_history.read)
            fill(services.context.store, count, NEW)
            new_s, history = timed(services.policy_history.read)
            assert len(history) == count + NEW
            tried = [timed(partial(try_policy, services, 0.40 + n / 100))[0] for n in range(ROUNDS)]
        file_mb = sum(path.stat().st_size for path in settings.policy_history_dir.iterdir()) / 1e6
    print_table(
        {
            "benchmark": "simulation" + ("" if settings.keeps_state_in_home else " on PostgreSQL"),
            "command": f"python -m tests.benchmarks.simulation {count}",
            "decisions": count,
            "read_from_the_state_s": round(read_s, 1),
            "read_from_what_was_kept_s": round(kept_s, 2),
            f"and_{NEW}_new_ones_s": round(new_s, 2),
            "tried_s": [round(each, 2) for each in tried],
            "memory_mb": round(grown),
            "file_mb": round(file_mb),
        }
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def try_policy(services: Services, hold: float) -> None:
    """All that the page shows of a draft whose one threshold was moved."""
    history = services.policy_history.read()
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    found = simulate(history, policy, moved(policy, hold))
    assert len(found.groups()) > 0
    assert found.most_by_one_author() > 0
    assert abuse_found(history, found.after) is not None
    removed_rightly(history, found.after)
    assert seconds_a_case(history) is not None


def moved(policy: Policy, hold: float) -> Policy:
    """The policy with another threshold for toxicity."""

    def change(rule: Rule) -> Rule:
        if rule.label is not Label.TOXICITY:
            return rule
        return replace(rule, low=hold) if rule.low else replace(rule, high=hold)

    return replace(policy, rules=tuple(map(change, policy.rules)))


def fill(store: Any, begin: int, count: int) -> None:
    """Decisions as a site has them: one in twenty held and mostly decided, some of the others
    drawn."""
    chance = random.Random(SEED + begin)
    for start in range(begin, begin + count, CHUNK):
        made = [rows_of(chance, n) for n in range(start, min(start + CHUNK, begin + count))]
        with store.transaction() as connection:
            for table in (comments, revisions, decisions, cases):
                found = [row for each in made for row in each[table.name]]
                connection.execute(table.insert(), found)
            if begin:
                add_events(connection, [each["revisions"][0]["id"] for each in made])


def add_events(connection: Any, revision_ids: list[str]) -> None:
    """What tells that these are new. The links are made up: nobody verifies this log."""
    at = datetime.now(UTC).timestamp() * SECOND_US
    told = [
        {
            "id": f"e-{name}",
            "kind": "decision.automated",
            "actor": "system",
            "subject_id": name,
            "occurred_at": int(at),
            "data": "{}",
            "link": f"link-{name}",
        }
        for name in revision_ids
    ]
    connection.execute(audit_events.insert(), told)


def rows_of(chance: random.Random, number: int) -> dict[str, list[dict[str, Any]]]:
    comment_id, revision_id, first_id, second_id, case_id = (
        f"{chance.getrandbits(128):032x}" for _ in range(5)
    )
    at = number * SECOND_US
    scores = {label: round(chance.betavariate(0.4, 6), 4) for label in Label}
    scores[Label.TOXICITY] = round(chance.betavariate(0.5, 4), 4)
    is_held = scores[Label.TOXICITY] >= HELD_FROM
    is_drawn = not is_held and chance.random() < AUDIT_SHARE
    is_abuse = chance.random() < scores[Label.TOXICITY]
    author = f"author-{int(200_000 * chance.random() ** 3)}"
    told = ", ".join(f'"{label}": {score}' for label, score in scores.items())
    first = decision_row(first_id, revision_id, 1, at)
    first |= {"action": "hold" if is_held else "approve", "scores": f"{{{told}}}"}
    made = {
        "comments": [
            {
                "id": comment_id,
                "source": "site",
                "source_id": str(number),
                "author": author,
                "created_at": at,
            }
        ],
        "revisions": [
            {
                "id": revision_id,
                "comment_id": comment_id,
                "number": 1,
                "original": "word",
                "body": "word",
                "reference": f"REF-{revision_id}",
                "received_at": at,
                "is_latest": 1,
                "version": 1,
                "current_decision_id": first_id,
                "current_action": first["action"],
            }
        ],
        "decisions": [first],
        "cases": [],
    }
    if is_held or is_drawn:
        made["cases"] = [case_row(case_id, revision_id, at, is_drawn=is_drawn)]
    if is_drawn or (is_held and chance.random() < 0.8):
        second = decision_row(second_id, revision_id, 2, at + 60 * SECOND_US)
        action = "remove" if is_abuse else "approve"
        second |= {"action": action, "source": "reviewer", "actor": chance.choice(("mina", "otto"))}
        made["decisions"].append(second | {"reason_code": "harassment", "supersedes": first_id})
    return made


def decision_row(name: str, revision_id: str, position: int, at: int) -> dict[str, Any]:
    return {
        "id": name,
        "revision_id": revision_id,
        "position": position,
        "source": "rule",
        "actor": "system",
        "policy_version": 1,
        "decided_at": at,
        "effective_at": at,
        "rule_ids": "[]",
        "reason_code": None,
        "note": "",
        "model_version": "made-up",
        "scores": "{}",
        "supersedes": None,
        "idempotency_key": name,
    }


def case_row(name: str, revision_id: str, at: int, *, is_drawn: bool) -> dict[str, Any]:
    return {
        "id": name,
        "revision_id": revision_id,
        "status": "closed",
        "opened_because": "blind" if is_drawn else "hold",
        "priority": 0.75,
        "opened_at": at,
        "sampling_reason": "audit" if is_drawn else "flag",
        "sampling_probability": AUDIT_SHARE if is_drawn else 1.0,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
