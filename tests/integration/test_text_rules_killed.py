"""A process that is killed while it publishes text rules, or decides by one, leaves nothing half
done."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from core.bootstrap.services import Services
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.policy_drafts import draft_policy, propose_policy
from core.services.score import score_waiting
from tests.factories import CLEAN, LEAD, OTHER_LEAD, chain_of, make_services, posted, scored
from tests.factories_text_rules import text_rule
from tests.integration.policy_calls import WHY, desk_of, publish_untried, tried
from tests.patience import PATIENT_S
from tests.policies import store_text_rules
from tests.state_checks import broken_invariants, place_of

LOVELY = text_rule("lovely", action=Action.REMOVE)
KILLED = """
import os, signal, sys
from core.bootstrap.services import build_services
from core.environment import load_settings
from core.moderation.permissions import Actor, Role
from core.services.policy_drafts import publish_policy
from core.services.score import score_waiting
from core.store.sql.store import SqlWriter

def killed(*_args, **_given):
    os.kill(os.getpid(), signal.SIGKILL)

services = build_services(load_settings(), worker="killed")
if sys.argv[1] == "publish":
    SqlWriter.change_policy_draft = killed  # the policy is written, its draft is not
    publish_policy(services.context, Actor("ravi", Role.LEAD), sys.argv[2], int(sys.argv[3]),
                   untried_reason="There is no past yet.")
else:
    SqlWriter.add_decision = killed
    list(score_waiting(services.context, services.scorer))
"""


def killed_at(services: Services, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    given = {
        "HOME": str(services.settings.home),
        "BACKEND": "fake",
        "STATE_URL": services.settings.state_url,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"MODCONSOLE_{name}", value)
    command = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(command, timeout=PATIENT_S, check=False)
    assert done.returncode == -signal.SIGKILL, "the kill hit the work"


@pytest.mark.slow
def test_a_kill_while_publishing_leaves_the_old_policy(tmp_path: Path, monkeypatch) -> None:
    services = make_services(tmp_path)
    draft = draft_policy(services.context, LEAD, {}, text_rules=(LOVELY,), base_version=1)
    draft = propose_policy(services.context, LEAD, draft.id, draft.version, WHY)
    killed_at(services, monkeypatch, "publish", draft.id, str(draft.version))
    assert desk_of(services).in_force.version == 1
    assert [each.id for each in desk_of(services).drafts] == [draft.id]
    assert chain_of(services, scored(services, CLEAN))[-1].action is Action.APPROVE
    assert publish_untried(services, OTHER_LEAD, draft).text_rules == (LOVELY,)
    assert broken_invariants(place_of(services.settings)) == {}
    services.close()


@pytest.mark.slow
def test_a_kill_while_deciding_leaves_a_text_that_waits(tmp_path: Path, monkeypatch) -> None:
    services = make_services(tmp_path)
    store_text_rules(services.context, LOVELY)
    revision = posted(services, CLEAN)
    killed_at(services, monkeypatch, "decide")
    assert chain_of(services, revision) == []
    list(score_waiting(services.context, services.scorer))
    (decision,) = chain_of(services, revision)
    assert (decision.action, decision.source) == (Action.REMOVE, DecisionSource.RULE)
    assert decision.rule_ids == (LOVELY.id,)
    services.close()


def test_trials_at_once_know_the_same(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    store_text_rules(services.context, LOVELY)
    for number in range(20):
        scored(services, f"{CLEAN} {number}")
    barrier, found = Barrier(4), []

    def look() -> None:
        barrier.wait(PATIENT_S)
        found.append([len(one.rows) for one in tried(services, LEAD).matches])

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT_S)
    assert found == [[20]] * 4
    services.close()
