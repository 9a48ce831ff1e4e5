"""The API beside other servers of the same model: `python -m tests.peers.bench FOLDER`.

FOLDER holds an environment for each of them, as `make test-peers` leaves it in `.venv-peers`.
"""

import json
import sys
from functools import partial
from pathlib import Path

from core.benchmarks import serve
from core.environment import load_settings
from tests.peers.peer_loads import measure_peers


def main(environments: Path) -> None:
    """Prints the table as JSON, progress on standard error."""
    table = serve.run(
        load_settings(),
        lambda line: print(line, file=sys.stderr, flush=True),
        measure_others=partial(measure_peers, environments),
    )
    print(json.dumps(table, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
