"""Compacts a log's folder over and over, and may be killed. Argument: the folder."""

import sys
from datetime import timedelta
from pathlib import Path

from core.clock import system_clock
from core.servinglog.archive.compaction import compact

folder = Path(sys.argv[1])
print("ready", flush=True)
while True:
    done = compact(folder, system_clock(), keep_rows=timedelta(days=36_500))
    if done is not None and done.segments:
        print(done.segments, flush=True)
