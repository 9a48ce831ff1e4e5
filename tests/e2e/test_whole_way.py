"""The whole way of one comment, through the pages, by the shipped model: held, removed by a
moderator, looked up and appealed by its author, overturned by a lead, restored."""

import json
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import expect

from core.processes.ports import free_port
from tests.e2e.conftest import console_env
from tests.e2e.desk_page import CARD, await_saved, await_shown, open_desk
from tests.patience import PATIENT_S

pytestmark = pytest.mark.e2e


@pytest.fixture
def console(tmp_path):
    """`modconsole up` with the shipped model and no network; gives the three addresses."""
    names = ("dashboard_port", "author_port", "api_port")
    ports = {name: free_port() for name in names}
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", "up"],
        env=console_env(tmp_path, backend="onnx", grace_s=0, **ports),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ready" in line:
            break
    else:
        raise AssertionError("".join(lines))
    yield tuple(f"http://127.0.0.1:{ports[name]}" for name in names)
    process.terminate()
    process.stdout.read()
    process.wait(timeout=PATIENT_S)
    process.stdout.close()


def post(api: str, **comment: str) -> dict[str, object]:
    request = urllib.request.Request(
        f"{api}/v1/comments",
        data=json.dumps(comment).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["comments"][0]


def test_a_comment_goes_the_whole_way(console, new_page):
    staff, public, api = console
    sent = post(api, id="whole-way", text="You are a worthless idiot and everybody knows it")
    assert sent["action"] == "hold"

    page = new_page()
    open_desk(page, staff)
    page.keyboard.press("/")
    page.keyboard.type("worthless idiot is:open")
    page.keyboard.press("Enter")
    expect(page.locator(f"{CARD} .say")).to_contain_text("worthless idiot")
    await_shown(page)
    page.keyboard.press("2")
    page.keyboard.press("x")
    await_saved(page)

    author = new_page()
    author.goto(f"{public}/?reference={sent['reference']}")
    author.get_by_text("was removed").filter(visible=True).first.wait_for()
    author.get_by_text("Argue with what people say").filter(
        visible=True
    ).first.wait_for()  # the rule, word for word
    assert "mina" not in author.inner_text("body")
    author.get_by_role("button", name="Appeal").click()
    author.get_by_label("Why is the decision wrong?").fill("It was a quotation from the play.")
    author.get_by_role("button", name="Send the appeal").click()
    author.get_by_text("appeal waits to be heard").filter(visible=True).first.wait_for()

    lead = new_page()
    lead.goto(f"{staff}/sign_in")
    lead.get_by_role("button", name="lena · lead").click()
    lead.get_by_role("link", name="Appeals").first.click()
    lead.get_by_text("It was a quotation from the play.").filter(visible=True).first.wait_for()
    lead.get_by_role("button", name="I would keep it").click()
    lead.get_by_label("Reason (the author reads it)").fill(
        "The quotation marks were lost; it is from the play."
    )
    lead.get_by_role("button", name="Restore the comment").click()
    lead.get_by_text("overturned").filter(visible=True).first.wait_for()

    author.reload()
    author.get_by_text("appeal heard: comment restored").filter(visible=True).first.wait_for()
    author.get_by_text("it is from the play").filter(visible=True).first.wait_for()
    assert page.outside == author.outside == lead.outside == []

    lead.goto(f"{staff}/latency")
    lead.get_by_text("onnx · realtime").filter(visible=True).first.wait_for()
