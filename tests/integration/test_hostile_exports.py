"""Two hundred hostile texts as comment, name, note and appeal: each leaves in every message and
export as the text it is, and nothing but text. One of a megabyte is refused wherever people write
and held whole by a table, and the longest that is taken goes the way of the others."""

import csv
import json
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.errors import InvalidAppeal, InvalidInput, RuleBroken
from core.moderation.cleaning import MAX_COMMENT_CHARS, clean_text
from core.moderation.comments import IncomingComment, Revision
from core.moderation.decisions import MAX_NOTE_CHARS
from core.moderation.dsa.rules import problems_of_batch
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.outbox.mail import MailSecurity, MailServer, mail_of
from core.outbox.webhook_body import webhook_body
from core.services.hearing import hear_appeal, take_first_look
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.message_contents import read_content
from core.services.score import score_waiting
from tests.factories import HELD, LEAD, appealed, chain_of, decided, heard, reported
from tests.hostile_texts import HOSTILE_TEXTS, KINDS, MEGABYTE
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site

pytestmark = pytest.mark.slow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
NAME_CHARS = 200
SERVER = MailServer(
    "localhost", 25, MailSecurity.NONE, "console@site.example", "moderation@site.example"
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path / "home") as made:
        settings = made.services.settings
        monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home))
        monkeypatch.setenv("MODCONSOLE_STATE_URL", settings.state_url)
        monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
        yield made


def storable(text: str) -> str:
    """Without NUL, which is refused at the door, and without blanks at both ends."""
    return text.replace("\0", "").strip()


def name_of(text: str) -> str:
    """A name with control characters is refused at the door."""
    return "".join(char for char in text if unicodedata.category(char) != "Cc")[:NAME_CHARS]


def stored(site: OutboxSite, number: int, text: str) -> Revision:
    source_id = f"h-{number}"
    row = IncomingComment(
        "test", source_id, f"{HELD} {storable(text)}", name_of(text), site.time.now
    )
    list(ingest(site.services.context, SYSTEM, [row]))
    list(score_waiting(site.services.context, site.services.scorer))
    with site.services.context.store.read() as reader:
        comment = reader.comment_by_source("test", source_id)
        revision = reader.latest_revision(comment.id) if comment else None
    assert revision is not None, repr(text[:40])
    return revision


def told(site: OutboxSite, revision: Revision) -> Iterator[tuple[dict[str, object], bytes]]:
    """Each message about the text: as a webhook's JSON and as a mail's bytes."""
    with site.services.context.store.read() as reader:
        messages = reader.messages_of(revision.id)
    for message in messages:
        with site.services.context.store.read() as reader:
            content = read_content(
                site.services.context, reader, message, site.time.now, AUTHOR_URL
            )
        if hasattr(content, "statement"):
            mail = mail_of(message.id, content, SERVER) if content.statement else None
            yield json.loads(webhook_body(content)), mail.as_bytes() if mail else b""


def test_there_are_two_hundred_of_many_kinds() -> None:
    assert len(set(HOSTILE_TEXTS)) >= 200
    assert len(KINDS) >= 12
    assert len(MEGABYTE) > 900_000


def test_a_nul_is_refused_wherever_people_write(site: OutboxSite) -> None:
    rows = [
        IncomingComment("test", "nul", "a\0b", "sam", site.time.now),
        IncomingComment("test", "nul-name", HELD, "s\0m", site.time.now),
    ]
    *_, report = ingest(site.services.context, SYSTEM, rows)
    assert (report.stored, report.rejected) == (0, 2)
    revision = stored(site, 1, "x")
    with pytest.raises(RuleBroken, match="can't be stored"):
        decided(site.services, revision, Action.REMOVE, note="a\0b")
    decided(site.services, revision, Action.REMOVE)
    site.time.move(60)
    with pytest.raises(InvalidAppeal, match="can't be stored"):
        appealed(site.services, revision, "a\0b")


def test_a_megabyte_is_refused_wherever_people_write(site: OutboxSite) -> None:
    services = site.services
    rows = [
        IncomingComment("test", "mb", MEGABYTE, "sam", site.time.now),
        IncomingComment("test", "mb-name", HELD, MEGABYTE, site.time.now),
    ]
    *_, report = ingest(services.context, SYSTEM, rows)
    assert (report.stored, report.rejected) == (0, 2)
    revision = stored(site, 1, "x")
    for note in ({"note": MEGABYTE}, {"internal_note": MEGABYTE}):
        with pytest.raises(RuleBroken, match="2,000"):
            decided(services, revision, Action.REMOVE, **note)
    with pytest.raises(InvalidInput, match="2,000"):
        reported(services, revision, words=MEGABYTE)
    decided(services, revision, Action.REMOVE)
    site.time.move(60)
    with pytest.raises(InvalidAppeal, match="2,000"):
        appealed(services, revision, MEGABYTE)
    appeal = appealed(services, revision)
    take_first_look(services.context, LEAD, appeal.id, Action.APPROVE)
    with pytest.raises(RuleBroken, match="2,000"):
        hear_appeal(services.context, LEAD, appeal.id, overturn=True, reason=MEGABYTE)


def test_the_longest_that_is_taken_is_told_whole(site: OutboxSite) -> None:
    longest = f"{HELD} {MEGABYTE}"[:MAX_COMMENT_CHARS]
    note = MEGABYTE[:MAX_NOTE_CHARS].strip()
    revision = stored(site, 1, longest.removeprefix(f"{HELD} "))
    assert revision.original == longest
    decided(site.services, revision, Action.REMOVE, note=note)
    site.time.move(60)
    appealed(site.services, revision, note)
    answer = look_up(site.services.context, revision.reference)
    assert (answer.text, answer.statement.note) == (clean_text(longest), note)
    assert len(answer.text) > 30_000
    assert answer.statement.appeal is not None
    assert answer.statement.appeal.words == note
    assert note in str([body for body, _ in told(site, revision)])


@pytest.mark.parametrize("kind", KINDS)
def test_messages_and_look_up_tell_them_as_they_are(site: OutboxSite, kind: str) -> None:
    headers = set()
    for number, text in enumerate(KINDS[kind]):
        revision = stored(site, number, text)
        decided(site.services, revision, Action.REMOVE, note=storable(text))
        site.time.move(60)
        appeal = appealed(site.services, revision, f"No: {storable(text)}"[:2_000])
        heard(site.services, appeal, overturn=False)
        answer = look_up(site.services.context, revision.reference)
        assert revision.original == f"{HELD} {storable(text)}"
        assert answer.text == clean_text(revision.original)
        assert answer.statement.note == storable(text), repr(text[:40])
        notes = []
        for body, mail in told(site, revision):
            data = body["data"]
            assert isinstance(data, dict)
            assert data["reference"] == revision.reference
            statement = data.get("statement")
            notes += [statement["note"]] if statement else []
            if mail:
                parsed = message_from_bytes(mail, policy=policy.SMTP)
                headers.add(tuple(sorted(parsed.keys())))
                assert not parsed.is_multipart()
        assert storable(text) in notes
        assert [past.note for past in chain_of(site.services, revision)][-1] == storable(text)
    assert len(headers) == 1


def test_a_scored_table_has_each_text_and_no_formula(site: OutboxSite, tmp_path: Path) -> None:
    texts = [text for text in (*HOSTILE_TEXTS, MEGABYTE) if "\0" not in text]
    given = tmp_path / "in.jsonl"
    rows = [{"n": n, "text": text} for n, text in enumerate(texts)]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for name in ("out.jsonl", "out.csv"):
        code = main(["score", str(given), "--out", str(tmp_path / name)])
        assert code in (ExitCode.DONE, ExitCode.INCOMPLETE)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")
    assert [json.loads(line)["text"] for line in lines if line] == texts
    csv.field_size_limit(10**7)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["text"] for row in csv.DictReader(file)]
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]
    run = [cell for cell in cells if cell.startswith(FORMULA)]
    assert all(cell.lstrip("+-").replace(".", "").isdigit() for cell in run)


def test_exports_of_a_state_full_of_them_can_be_read(
    site: OutboxSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(HOSTILE_TEXTS[::4]):
        decided(site.services, stored(site, number, text), Action.REMOVE, note=storable(text))
    site.time.move(60)
    assert main(["statements", "export", "--out", str(tmp_path / "s.jsonl")]) == ExitCode.DONE
    calls = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert calls
    assert all(problems_of_batch(call["statements"]) == [] for call in calls)
    for name in ("audit.csv", "audit.jsonl"):
        assert main(["audit", "export", "--out", str(tmp_path / name)]) == ExitCode.DONE
    with (tmp_path / "audit.csv").open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    assert len(events) == len((tmp_path / "audit.jsonl").read_text().splitlines()) - 1
    assert not any(cell.startswith(FORMULA) for row in events for cell in row.values())
    assert main(["audit", "verify"]) == ExitCode.DONE
