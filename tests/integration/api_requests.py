"""Requests to a running API, and the ids of the comments that its database has."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx2

from tests.integration.api_server import Running
from tests.patience import PATIENT_S

PROMPT_S = 15.0
"""Below the 20 s that a write waits for the lock, far above what an answer takes."""


def post(server: Running, comment_id: str, text: str = "Fine.") -> httpx2.Response:
    body = {"id": comment_id, "text": text}
    return httpx2.post(f"{server.url}/v1/comments", json=body, timeout=PATIENT_S)


def get(server: Running, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}{path}", timeout=PROMPT_S)


def source_ids(state: Path) -> set[str]:
    with closing(sqlite3.connect(state)) as raw:
        return {row[0] for row in raw.execute("SELECT source_id FROM comments")}
