"""A machine that uploads its log over and over, deletes what is uploaded, and may be killed.

Arguments: home, address of the store, seed. Prints `ready` before it starts.
"""

import random
import sys
from datetime import timedelta
from pathlib import Path

from tests.log_stores import Machine, aged
from tests.servinglog_records import put, record

home, address, seed = sys.argv[1:]
moments = random.Random(int(seed))
machine = Machine(Path(home), address)
print("ready", flush=True)
for number in range(1_000):
    ids = [f"{seed}-{number}-{each}" for each in range(moments.randrange(1, 20))]
    # Named at the end, as a process that is killed in a write would leave only acknowledged lines.
    draft = put(machine.folder, *(record(one, number) for one in ids), name=f"draft-{seed}")
    aged(draft).rename(machine.folder / f"api-{seed}-{number}-0.jsonl")
    print(*ids, flush=True)
    machine.upload()
    machine.delete(keep=timedelta(days=moments.randrange(1, 20)))
