"""Pictures of the overview in incidents, for the docs: `make incidents`."""

import json
import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.servinglog.causes.cause import LikelyCause
from tests.e2e.conftest import CHROMIUM_ARGS, open_signed_in, running, settle

FOLDER = "INCIDENT_PICTURES"
SIZE = {"width": 1440, "height": 700}


def keep_picture(kind: str, home: Path, cause: LikelyCause | None) -> None:
    """The overview of that home now, and what it says of the cause, in the folder that the
    environment names; nothing if it names none."""
    if FOLDER not in os.environ:
        return
    folder = Path(os.environ[FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    with running("staff", home, backend="gpu") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        open_signed_in(page, f"{address}/overview", "ola")
        settle(page)
        page.screenshot(path=folder / f"{kind}.png")
        browser.close()
    said = None if cause is None else {"sentence": cause.sentence, "advice": cause.advice}
    known = folder / "said.json"
    every = json.loads(known.read_text()) if known.exists() else {}
    known.write_text(json.dumps(every | {kind: said}, indent=1, ensure_ascii=False) + "\n")
