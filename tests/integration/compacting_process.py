"""Compacts a log's folder over and over, and may be killed. Argument: the folder.

Prints a line before each compaction, and the seconds that the last one took.
"""

import sys
import time
from pathlib import Path

from core.clock import system_clock
from core.servinglog.archive.compaction import compact

folder = Path(sys.argv[1])
took_s = 0.0
print("ready", flush=True)
while True:
    print(took_s, flush=True)
    begin_s = time.monotonic()
    compact(folder, system_clock())
    took_s = time.monotonic() - begin_s
