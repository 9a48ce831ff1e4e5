"""The backends page in a browser: a click opens a row, and typed text survives the refresh of the
table above."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.moderation.cleaning import clean_text
from dashboard.serving_log import REFRESH_S
from tests.contract.remote_configs import TABLES, toml_of
from tests.contract.remote_server import KEY, RemoteServer
from tests.e2e.conftest import running, settle
from tests.factories import HOSTILE

pytestmark = pytest.mark.e2e


def test_a_backend_is_opened_checked_and_tried(
    tmp_path: Path, new_page: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as server:
        table = {"name": "tei", "kind": "tei", "url": f"{server.url}/tei", "key_env": "TEST_KEY"}
        (tmp_path / "backends.toml").write_text(toml_of([table | TABLES["tei"]]))
        with running("staff", tmp_path) as address:
            page = new_page()
            page.goto(f"{address}/sign_in")
            page.locator(".st-key-sign_in_ola button").click()
            page.get_by_role("button", name="Operate").click()
            page.get_by_role("menuitem", name="Backends").click()
            check = page.locator(".st-key-check_tei")
            box = page.locator(".stDataFrame").first
            box.wait_for()
            settle(page, quiet_ms=500)
            row = 0
            while not check.is_visible():  # local runtimes that are installed come before it
                box.wait_for()
                at = box.bounding_box()
                if at is None:  # the page is being drawn anew
                    continue
                row += 1
                page.mouse.click(at["x"] + 90, at["y"] + 35 + 30 * row + 15)
                settle(page, quiet_ms=500)
                assert row < 8, "no row of the table opened the backend"
            assert server.asked == []
            page.locator("textarea").fill(HOSTILE)
            check.get_by_role("button").click()
            page.get_by_text("Checked by hand").wait_for()
            assert server.asked
            page.wait_for_timeout((REFRESH_S + 2) * 1_000)
            assert page.locator("textarea").input_value() == HOSTILE
            page.locator(".st-key-trial_names").get_by_text("tei", exact=True).click()
            page.locator(".st-key-trial_go button").click()
            page.get_by_text("Policy v1.").wait_for()
            sent = json.dumps(clean_text(HOSTILE))[1:-1]
            assert any(sent in json.dumps(asked.body) for asked in server.asked)
            assert page.outside == []
