"""Writes to a log's folder until it is killed: finished segments, and one that goes on.

Arguments: folder, seed. Prints the ids of calls when they are in the log.
"""

import random
import sys
import time
from pathlib import Path

from core.clock import system_clock
from core.servinglog.writer import SegmentWriter
from tests.log_stores import aged
from tests.servinglog_records import put, record

folder, seed = Path(sys.argv[1]), sys.argv[2]
moments = random.Random(int(seed))
writer = SegmentWriter(folder, f"live{seed}", system_clock())
print("ready", flush=True)
for number in range(100_000):
    ids = [f"{seed}-{number}-{each}" for each in range(moments.randrange(1, 20))]
    # Named at the end, as a process that is killed in a write would leave only acknowledged lines.
    calls = [record(one, number * 5 + at / 8) for at, one in enumerate(ids)]
    draft = put(folder, *calls, name=f"draft-{seed}")
    aged(draft).rename(folder / f"api-{seed}-{number}-0.jsonl")
    live = record(f"{seed}-{number}-live", number * 5 + 4)
    writer.write(live)
    time.sleep(0.2)
    print(*ids, live.request_id, flush=True)
