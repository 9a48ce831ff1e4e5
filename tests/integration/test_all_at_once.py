"""The API, the command line and a reviewer use the same data at the same time."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from core.moderation.policies import Action
from core.services.review import Review, decide_case
from tests.factories import MODERATOR, listed, make_services
from tests.integration.test_api_process import free_port, running_api
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

POSTED = 60
IN_FILE = 400


def post_all(port: int) -> int:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENT_S) as client:
        answers = [
            client.post("/v1/comments", json={"id": f"api-{n}", "text": f"You idiot, number {n}"})
            for n in range(POSTED)
        ]
    return sum(answer.status_code == 200 for answer in answers)


def ingest_and_score(home: Path, file: Path) -> int:
    kept = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
    # Without audits: a case drawn from the approved comments would be one more than was posted.
    environ = kept | {"MODCONSOLE_HOME": str(home), "MODCONSOLE_BACKEND": "fake"}
    environ["MODCONSOLE_AUDIT_SHARE"] = "0"
    for arguments in (["ingest", str(file)], ["score"]):
        command = [sys.executable, "-m", "core.cli", *arguments]
        result = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    return IN_FILE


def review_some(services) -> int:
    decided = 0
    while decided < 20:
        for item in listed(services)[:5]:
            review = Review(item.revision_id, 1, Action.APPROVE, f"all-{item.revision_id}")
            decide_case(services.context, MODERATOR, review)
            decided += 1
    return decided


def test_three_processes_work_on_the_same_data(tmp_path):
    file = tmp_path / "in.jsonl"
    rows = ({"id": f"file-{n}", "text": f"A plain remark, number {n}"} for n in range(IN_FILE))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    home, port = tmp_path / "home", free_port()
    services = make_services(home)
    with running_api(home, port), ThreadPoolExecutor(3) as pool:
        posting = pool.submit(post_all, port)
        filing = pool.submit(ingest_and_score, home, file)
        reviewing = pool.submit(review_some, services)
        assert (posting.result(), filing.result()) == (POSTED, IN_FILE)
        reviewed = reviewing.result()
    with services.context.store.read() as reader:
        count = reader.queue_count()
    assert count.not_scored_yet == 0
    assert count.open == POSTED - reviewed
    services.context.store.close()
