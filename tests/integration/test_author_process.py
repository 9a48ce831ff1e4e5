"""The process of the public look-up loads no module that serves the staff."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import make_services, removed_by_person

ROOT = Path(__file__).parents[2]
PROGRAM = f"""
import sys
from streamlit.testing.v1 import AppTest
from core.environment import load_settings
from core.texts.texts import staff_texts_in
from dashboard.server import make_app

make_app("author", load_settings())
at = AppTest.from_file({str(ROOT / "dashboard" / "author.py")!r}, default_timeout=300)
at.query_params["reference"] = sys.argv[1]
at.run()
assert not at.exception
assert at.header[0].value == "Your comment was removed."
assert staff_texts_in.cache_info().currsize == 0, "the staff's words were loaded"
print(sorted(name for name in sys.modules if name.startswith(("dashboard.", "core.services."))))
"""
OF_THE_PAGE = {
    "address_choices", "author_rule",
    "lookup", "lookup.appeal_form", "lookup.copy", "lookup.course", "lookup.foot",
    "lookup.html_language", "lookup.language",
    "lookup.limit", "lookup.panel", "lookup.statement", "lookup.wording",
    "same_origin", "server", "shared_services", "staff_texts", "wording",
}  # fmt: skip
# What it calls, and what every process is built from.
SERVICES = {
    "appeal",
    "lookup",
    "gone_texts",
    "cascade",
    "context",
    "failure",
    "policies",
    "text_matches",
    "trials",
}


@pytest.mark.slow
def test_only_modules_of_the_page_are_loaded(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    reference = removed_by_person(services).reference
    settings = {"MODCONSOLE_HOME": str(tmp_path), "MODCONSOLE_BACKEND": "fake"}
    settings["MODCONSOLE_STATE_URL"] = services.settings.state_url
    services.close()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, reference],
        cwd=ROOT,
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(ast.literal_eval(done.stdout.splitlines()[-1]))
    expected = {f"dashboard.{name}" for name in OF_THE_PAGE}
    assert loaded == expected | {f"core.services.{name}" for name in SERVICES}
