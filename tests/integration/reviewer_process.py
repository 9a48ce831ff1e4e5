"""One reviewer as a separate process, which decides on its cases as fast as it can.

`python reviewer_process.py HOME STATE_URL NAME REVISION_ID ...` waits for a line on standard input,
so that all reviewers start at once, and prints one JSON line per case.
"""

import json
import sys
from pathlib import Path

from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import Conflict
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.review import Review, decide_case


def main() -> None:
    home, state_url, name, *revision_ids = sys.argv[1:]
    settings = Settings(home=Path(home), state_url=state_url, backend="fake")
    services = build_services(settings, worker=name)
    actor = Actor(name, Role.MODERATOR)
    print("ready", flush=True)
    sys.stdin.readline()
    for revision_id in revision_ids:
        review = Review(revision_id, 1, Action.APPROVE, f"{name}:{revision_id}")
        said = {"revision": revision_id, "who": name, "decision": "", "conflict": ""}
        try:
            said["decision"] = decide_case(services.context, actor, review).id
        except Conflict as conflict:
            said["conflict"] = str(conflict)
        print(json.dumps(said), flush=True)
    services.context.store.close()


if __name__ == "__main__":
    main()
