"""One of several processes that write the same things at the same time, to see that one wins.

`python racing_process.py HOME STATE_URL RUNNER`; each line of its input names a piece of work:
`thread N`, `policy N`, `comment N`, `edit N`, `decide REVISION`, `claim REVISION`,
`appeal REFERENCE`. To each it answers with `won` or with what the others' work made of it.
"""

import sys
from dataclasses import replace
from pathlib import Path

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.errors import Conflict, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.comments import IncomingComment, IncomingThread
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.claims import claim_case
from core.services.ingest import ingest
from core.services.review import Review, decide_case


def add_thread(services: Services, name: str, runner: str) -> bool:
    thread = IncomingThread("site", name, f"by {runner}", "sam", services.clock.now())
    with services.context.store.write() as tx:
        return tx.add_thread(thread)


def add_policy(services: Services, name: str, runner: str) -> bool:
    with services.context.store.write() as tx:
        policy = replace(tx.policy_in_force(), version=int(name))
        return tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, name))


def add_comment(services: Services, name: str, runner: str) -> bool:
    row = IncomingComment("site", name, "You idiot.", "sam", services.clock.now())
    return list(ingest(services.context, SYSTEM, [row]))[-1].stored == 1


def edit(services: Services, name: str, runner: str) -> bool:
    row = IncomingComment("site", name, "You idiot, again.", "sam", services.clock.now())
    return list(ingest(services.context, SYSTEM, [row]))[-1].edited == 1


def decide(services: Services, revision_id: str, runner: str) -> bool:
    wanted = Review(
        revision_id=revision_id,
        seen_version=1,
        action=Action.APPROVE,
        idempotency_key=f"{revision_id}:{runner}",
    )
    decide_case(services.context, Actor(runner, Role.MODERATOR), wanted)
    return True


def claim(services: Services, revision_id: str, runner: str) -> bool:
    return claim_case(services.context, Actor(runner, Role.MODERATOR), revision_id).is_mine


def appeal(services: Services, reference: str, runner: str) -> bool:
    file_appeal(services.context, reference, f"I meant it kindly, says {runner}.")
    return True


WORK = {
    "thread": add_thread,
    "policy": add_policy,
    "comment": add_comment,
    "edit": edit,
    "decide": decide,
    "claim": claim,
    "appeal": appeal,
}


def main() -> None:
    home, state_url, runner = sys.argv[1:]
    settings = Settings(home=Path(home), state_url=state_url, backend="fake")
    services = build_services(settings, worker=runner)
    print("ready", flush=True)
    for line in sys.stdin:
        kind, name = line.split()
        try:
            outcome = "won" if WORK[kind](services, name, runner) else "was there"
        except (Conflict, RuleBroken) as error:
            outcome = type(error).__name__
        print(outcome, flush=True)


if __name__ == "__main__":
    main()
