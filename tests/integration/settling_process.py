"""Two who differ and a third who settles it, over and over in one process, until it is killed.

`python settling_process.py HOME STATE_URL` prints `ready`, and the id of each second look once what
settles it is acknowledged. With a third argument it stops inside the first transaction that settles
one: the look is changed, the comment is reopened, and the new decision is missing. It prints the id
of that look and waits.
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

from core.moderation.policies import Action
from core.services import disagreements
from core.services.disagreements import settle
from tests import factories
from tests.factories import make_services
from tests.integration.quality_calls import PIA, WHY, differing


def stop_inside(*args: object, **data: str) -> None:
    print(data["look"], flush=True)
    signal.pause()


def main() -> None:
    # No comment of an earlier process has these numbers.
    factories._numbers = count(os.getpid() * 10**9)
    if len(sys.argv) > 3:
        disagreements.add_review = stop_inside  # type: ignore[assignment]
    services = make_services(Path(sys.argv[1]), state_url=sys.argv[2])
    print("ready", flush=True)
    while True:
        look = differing(services)
        settle(services.context, PIA, look.id, Action.APPROVE, because=WHY)
        print(look.id, flush=True)


if __name__ == "__main__":
    main()
