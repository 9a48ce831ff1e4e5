"""An author's address: where it comes from, what is sent to it, and that it goes with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.outbox import open_channels
from core.bootstrap.sources import file_source
from core.moderation.audit import AuditKind
from core.moderation.comments import IncomingComment
from core.moderation.outbox import MessageState
from core.moderation.permissions import SYSTEM
from core.services.author_data import export_author
from core.services.erasure import erase_author
from core.services.ingest import IngestReport, ingest
from core.services.outbox import Sender
from core.services.score import score_waiting
from core.serving.app import create_app
from tests.factories import HELD
from tests.integration.mail_server import MailStub
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site
from tests.integration.test_erasure_services import files_with, rows_with

SAM = "sam.quixworth@mail.example"
MAIL = {
    "webhook_url": "none",
    "webhook_secret": "none",
    "smtp_host": "127.0.0.1",
    "smtp_security": "none",
    "smtp_from": "console@site.example",
    "smtp_to": "moderation@site.example",
}


@pytest.fixture
def stub() -> Iterator[MailStub]:
    with MailStub() as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, stub: MailStub, each_state_url: str) -> Iterator[OutboxSite]:
    place = {"smtp_port": stub.port, "state_url": each_state_url}
    with outbox_site(tmp_path, **MAIL, **place, mail_authors="yes") as made:
        yield made


def stored(site: OutboxSite, *, text: str = HELD, **changes: Any) -> IngestReport:
    row = {"source": "test", "source_id": "c-1", "author": "sam"} | changes
    incoming = IncomingComment(text=text, created_at=site.services.clock.now(), **row)
    (report,) = ingest(site.services.context, SYSTEM, [incoming])
    list(score_waiting(site.services.context, site.services.scorer))
    return report


def recipients(site: OutboxSite, stub: MailStub) -> list[str]:
    """Of everything that is sent now, as the settings say."""
    taken = len(stub.taken)
    for channel in open_channels(site.services.settings):
        sender = Sender(site.services.context, channel, AUTHOR_URL, draw=lambda: 0)
        while sender.send_due().states:
            pass
    return [str(each.mail["To"]) for each in stub.taken[taken:]]


def test_a_notice_goes_to_the_address_that_came_with_the_comment(
    site: OutboxSite, stub: MailStub
) -> None:
    stored(site, author_email=SAM)
    assert recipients(site, stub) == [SAM]
    (mail,) = stub.taken
    assert mail.recipients == [SAM]
    assert mail.mail.get_content().startswith("Your comment")
    assert "For the author" not in mail.mail.get_content()


def test_without_an_address_it_goes_to_the_site(site: OutboxSite, stub: MailStub) -> None:
    stored(site)
    assert recipients(site, stub) == [MAIL["smtp_to"]]
    assert stub.taken[0].mail.get_content().startswith("For the author sam:")


def test_without_the_setting_it_goes_to_the_site(tmp_path: Path, stub: MailStub) -> None:
    with outbox_site(tmp_path / "other", **MAIL, smtp_port=stub.port) as site:
        stored(site, author_email=SAM)
        assert recipients(site, stub) == [MAIL["smtp_to"]]


def test_the_newest_address_of_the_author_counts(site: OutboxSite, stub: MailStub) -> None:
    stored(site, author_email="old@mail.example")
    report = stored(site, author_email=SAM)
    assert (report.unchanged, report.completed) == (1, 1)
    assert stored(site, author_email="ida@mail.example", author="ida").completed == 0
    assert stored(site, author_email=SAM).completed == 0
    assert recipients(site, stub) == [SAM]
    with site.services.context.store.read() as reader:
        comment = reader.comment_by_source("test", "c-1")
        assert comment is not None
        revision = reader.latest_revision(comment.id)
        assert revision is not None
        told = [
            event.data
            for event in reader.audit_trail(revision.id)
            if event.kind is AuditKind.COMMENT_COMPLETED
        ]
    assert told == [{"told": "author_email"}]


def test_a_refused_address_is_in_no_row_that_says_so(site: OutboxSite, stub: MailStub) -> None:
    stub.replies["RCPT"] = "550 no such user " + SAM
    stored(site, author_email=SAM)
    assert recipients(site, stub) == []
    with site.services.context.store.read() as reader:
        (message,) = reader.messages(MessageState.DEAD, 10)
    assert message.detail == "refused the recipient (550)"
    assert set(rows_with(site.services, SAM)) == {"comments"}


def test_it_goes_with_the_author(site: OutboxSite, stub: MailStub) -> None:
    stored(site, author_email=SAM)
    assert rows_with(site.services, SAM) == {"comments": 1}
    list(erase_author(site.services.context, SYSTEM, "test", "sam"))
    assert rows_with(site.services, SAM) == {}
    assert files_with(site.services, SAM) == []
    stored(site, author_email=SAM)
    assert rows_with(site.services, SAM) == {}
    assert recipients(site, stub) == []


def test_the_author_is_told_that_it_is_kept(site: OutboxSite) -> None:
    stored(site, author_email=SAM)
    records = list(export_author(site.services.context, SYSTEM, "test", "sam"))
    assert records[0]["author_email"] == SAM


def test_the_api_takes_it_and_gives_it_to_nobody(site: OutboxSite) -> None:
    row = {"id": "7", "text": HELD, "author": "sam", "author_email": SAM}
    with TestClient(create_app(site.services), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/comments", json=[row])
    assert answer.status_code == 200
    assert "@" not in answer.text
    assert rows_with(site.services, SAM) == {"comments": 1}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_files_have_it_in_a_column_of_that_name_alone(
    site: OutboxSite, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"comments.{form}"
    texts = {
        "csv": f'id,text,author,Author_Email,email\n1,"{HELD}",sam,{SAM},other@mail.example\n',
        "jsonl": json.dumps(
            {"id": 1, "text": HELD, "author_email": f" {SAM} ", "email": "other@mail.example"}
        ),
    }
    path.write_text(texts[form])
    source = file_source(path, "test")
    (report,) = ingest(site.services.context, SYSTEM, source.read())
    assert (report.stored, report.rejected) == (1, 0)
    assert rows_with(site.services, SAM) == {"comments": 1}
    assert rows_with(site.services, "other@mail") == {}
    assert "email" in source.unread


def test_a_row_with_a_wrong_address_is_named_without_it(site: OutboxSite, tmp_path: Path) -> None:
    path = tmp_path / "comments.csv"
    path.write_text("id,text,author_email\n1,Hi there,sam at example\n2,Hi there,NULL\n")
    (report,) = ingest(site.services.context, SYSTEM, file_source(path, "test").read())
    assert (report.stored, report.rejected) == (1, 1)
    (message,) = report.rejections
    assert "`author_email` is no mail address" in message
    assert "sam at" not in message
