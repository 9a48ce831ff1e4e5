"""Uploads three segments, then twelve more at once; prints the peak of its memory in MiB twice.
Arguments: folder to work in, lines of a segment."""

import resource
import sys
from pathlib import Path

from core.servinglog.writer import encode
from tests.log_stores import Machine, aged
from tests.servinglog_records import record

folder, lines = Path(sys.argv[1]), int(sys.argv[2])
(folder / "shared").mkdir()
machine = Machine(folder / "home", str(folder / "shared"))
machine.folder.mkdir(parents=True)
for first, end in ((0, 3), (3, 15)):
    for number in range(first, end):
        with (machine.folder / f"api-1-{number}-0.jsonl").open("wb") as file:
            for each in range(lines):
                file.write(encode(record(f"{number}-{each}", number * 3_600 + each / lines)))
        aged(Path(file.name))
    assert machine.upload().rows == lines * (end - first)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
