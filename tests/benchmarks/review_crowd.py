"""Many moderators at once on one server.

    python -m tests.benchmarks.review_crowd [PEOPLE] [MINUTES]

Each has an open WebSocket session of the page and decides a comment about every three seconds, by
the requests that the desk sends: a press, and from time to time the next cards. The first cards are
those of all people within three seconds. Prints JSON: the time of each kind of request, what was
lost or doubled, and the server's memory after each tenth of the time.
"""

import random
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from core.moderation.decisions import DecisionSource
from core.services.sign_in import sign_in
from dashboard.wiring import cookie_name
from tests.benchmarks.measured import print_table, rss_mb
from tests.e2e.reviewing import Console, fill
from tests.factories import make_services
from tests.staff import DEMO_STAFF

EVERY_S = 3.0
AHEAD = 24


@dataclass
class Person:
    """One moderator with a share of the queue of their own, as leases would part it."""

    address: str
    cookie: str
    mine: list[str]
    seed: int
    took_ms: dict[str, list[float]] = field(
        default_factory=lambda: {"press": [], "first cards": [], "cards": []}
    )
    failed: int = 0
    pressed: list[str] = field(default_factory=list)

    def ask(self, what: str, kind: str, **body: object) -> dict[str, object]:
        began = time.perf_counter()
        answer = self.session.post(f"{self.address}/review/desk/{what}", json=body, timeout=60)
        self.took_ms[kind].append((time.perf_counter() - began) * 1_000)
        answer.raise_for_status()
        return answer.json()

    def work(self, until: float) -> None:
        self.session = requests.Session()
        self.session.headers["cookie"] = self.cookie
        pauses = random.Random(self.seed)
        socket = f"ws{self.address.removeprefix('http')}/_stcore/stream"
        with connect(
            socket,
            subprotocols=["streamlit"],
            additional_headers={"cookie": self.cookie},
            origin=self.address,
            max_size=None,
        ) as opened:
            first = BackMsg()
            first.rerun_script.query_string = ""
            opened.send(first.SerializeToString())
            threading.Thread(target=lambda: [None for _ in opened], daemon=True).start()
            time.sleep(pauses.uniform(0, EVERY_S))
            cards: list[str] = []
            while time.monotonic() < until and self.mine:
                if len(cards) < AHEAD // 2:
                    cards = self.mine[:AHEAD]
                    is_first = not self.pressed
                    self.ask("cards", "first cards" if is_first else "cards", revisions=cards)
                self.decide(self.mine.pop(0))
                cards = cards[1:]
                time.sleep(EVERY_S * pauses.uniform(0.7, 1.3))

    def decide(self, revision: str) -> None:
        press = {"id": uuid.uuid4().hex, "do": "approve", "revision": revision, "version": 1}
        (outcome,) = self.ask("presses", "press", presses=[press])["outcomes"]
        self.pressed.append(revision)
        self.failed += not outcome["is_done"]


def main(people: int, minutes: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = make_services(Path(folder))
        each = int(minutes * 60 / EVERY_S * 1.2) + 2
        kept = [revision.id for revision in fill(services, people * each).values()]
        console = Console(Path(folder))
        with console.running() as process:
            name = cookie_name(console.address.removeprefix("http://"))
            crowd = [
                Person(
                    console.address,
                    f"{name}={sign_in(services.context, DEMO_STAFF[n % 4])}",
                    kept[n * each : (n + 1) * each],
                    seed=n,
                )
                for n in range(people)
            ]
            memory = run(crowd, minutes * 60, process.pid)
        pressed = [revision for person in crowd for revision in person.pressed]
        with services.context.store.read() as reader:
            counts = [
                sum(d.source is DecisionSource.REVIEWER for d in reader.decision_chain(each_id))
                for each_id in pressed
            ]
        services.context.store.close()
    took = {
        kind: [ms for person in crowd for ms in person.took_ms[kind]] for kind in crowd[0].took_ms
    }
    print_table(
        {
            "benchmark": "review crowd",
            "command": f"python -m tests.benchmarks.review_crowd {people} {minutes:g}",
            "people": people,
            "minutes": minutes,
            "rows": [
                {
                    "request": kind,
                    "count": len(times),
                    **{f"p{p}_ms": round(np.percentile(times, p), 1) for p in (50, 95, 99)},
                    "max_ms": round(max(times), 1),
                }
                for kind, times in took.items()
                if times
            ],
            "lost": counts.count(0),
            "doubled": sum(count > 1 for count in counts),
            "refused": sum(person.failed for person in crowd),
            "server_mb": memory,
        }
    )


def run(crowd: list[Person], seconds: float, server: int) -> list[float]:
    """The server's memory in MB after each tenth of the time."""
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=person.work, args=[until]) for person in crowd]
    for thread in threads:
        thread.start()
    memory = []
    for _ in range(10):
        time.sleep(seconds / 10)
        memory.append(rss_mb(server))
    for thread in threads:
        thread.join()
    return memory


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    main(int((*given, 50)[0]), (*given[1:], 10.0)[0])
