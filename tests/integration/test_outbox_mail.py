"""Notices by e-mail: what a mailbox gets, and what becomes of one that a server refuses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.moderation.comments import Revision
from core.moderation.outbox import Channel, Message, MessageState
from core.outbox.mail import Mail, MailSecurity, MailServer
from core.services.outbox import Sender, SendReport
from tests.factories import CLEAN, HELD, appealed, heard, removed_by_person, scored
from tests.integration.faulty_server import self_signed
from tests.integration.mail_server import DROP, MailStub
from tests.integration.outbox_site import AUTHOR_URL, OutboxSite, outbox_site
from tests.patience import PATIENT_S

MAIL = {
    "webhook_url": "none",
    "webhook_secret": "none",
    "smtp_host": "127.0.0.1",
    "smtp_from": "console@site.example",
    "smtp_to": "moderation@site.example",
}
SHORT_S = 0.3
HOSTILE = "x\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<evil>\n\u202egnp <script> 🙂"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path, **MAIL) as made:
        yield made


def server_at(stub: MailStub, **changes: object) -> MailServer:
    plain = MailServer(
        "127.0.0.1", stub.port, MailSecurity.NONE, MAIL["smtp_from"], MAIL["smtp_to"]
    )
    return replace(plain, **changes)


def send(
    site: OutboxSite, stub: MailStub, *, attempt_s: float = PATIENT_S, **changes: object
) -> SendReport:
    channel = Mail(server_at(stub, **changes), attempt_s=attempt_s)
    return Sender(site.services.context, channel, AUTHOR_URL, draw=lambda: 0).send_due()


@pytest.fixture
def message(site: OutboxSite) -> Message:
    """The notice that a comment is on hold."""
    (made,) = site.messages(scored(site.services, HELD))
    assert made.channel is Channel.EMAIL
    return made


def test_a_notice_is_a_plain_mail_to_the_sites_mailbox(site: OutboxSite, message: Message) -> None:
    with MailStub() as stub:
        assert send(site, stub).states == {MessageState.DELIVERED: 1}
        (taken,) = stub.taken
    assert taken.sender.upper().startswith("FROM:<CONSOLE@SITE.EXAMPLE>")
    assert taken.recipients == ["moderation@site.example"]
    mail = taken.mail
    with site.services.context.store.read() as reader:
        revision = reader.revision(message.revision_id)
    assert revision is not None
    assert mail["Subject"] == f"Your comment waits for a moderator ({revision.reference})"
    assert mail["Message-ID"] == f"<{message.id}@site.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    body = mail.get_content()
    assert body.startswith("For the author sam:")
    assert f"{AUTHOR_URL}?reference={revision.reference}" in body
    assert HELD not in body


def test_a_new_comment_that_is_fine_is_no_mail(site: OutboxSite) -> None:
    assert site.messages(scored(site.services, CLEAN)) == []


def subjects(stub: MailStub) -> list[str]:
    return [each.mail["Subject"].partition(" (")[0] for each in stub.taken]


def test_the_way_of_an_appeal_in_mails(site: OutboxSite) -> None:
    revision = removed_by_person(site.services)
    heard(site.services, appealed(site.services, revision), overturn=True)
    with MailStub() as stub:
        while send(site, stub).states:
            pass
        assert subjects(stub) == [
            "Your comment waits for a moderator",
            "Your comment was removed",
            "Your appeal: your comment is back",
        ]
        assert "mina" not in "".join(each.mail.get_content() for each in stub.taken)


def hostile_removal(site: OutboxSite) -> Revision:
    return removed_by_person(site.services, note=HOSTILE)


def test_hostile_words_stay_words(site: OutboxSite) -> None:
    hostile_removal(site)
    with MailStub() as stub:
        while send(site, stub).states:
            pass
        assert len(stub.taken) == 2
        taken = stub.taken[1]
    mail = taken.mail
    assert taken.recipients == ["moderation@site.example"]
    assert mail["Bcc"] is None
    assert sorted(mail.keys()) == sorted(stub.taken[0].mail.keys())
    body = mail.get_content().replace("\r\n", "\n")
    for line in ("x", "Bcc: evil@example.com", ".", "MAIL FROM:<evil>", "\u202egnp <script> 🙂"):
        assert f"> {line}\n" in body


REFUSALS = {
    "recipient for good": ({"RCPT": "550 no such mailbox"}, "refused the recipient (550)", True),
    "recipient for now": ({"RCPT": "450 later"}, "refused the recipient (450)", False),
    "sender for good": ({"MAIL": "553 who?"}, "refused the sender (553)", True),
    "message for good": ({".": "554 spam"}, "refused the message (554)", True),
    "message for now": ({".": "451 try again"}, "refused the message (451)", False),
    "greeting": ({"GREETING": "554 go away"}, "answered 554", False),
    "hello": ({"EHLO": "421 busy", "HELO": "421 busy"}, "answered 421", False),
    "dropped at once": ({"GREETING": DROP}, "could not be reached", False),
    "dropped before the message": ({"DATA": DROP}, "could not be reached", False),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_final_only_if_it_is_of_this_message(
    site: OutboxSite, message: Message, case: str
) -> None:
    replies, why, is_final = REFUSALS[case]
    with MailStub(replies) as stub:
        report = send(site, stub)
        assert report.states == {MessageState.DEAD if is_final else MessageState.PENDING: 1}
        assert why in report.failures[0]
        assert "@" not in report.failures[0]
        assert stub.taken == []
        if not is_final:
            arrives(site, stub, message)


def arrives(site: OutboxSite, stub: MailStub, message: Message, **changes: object) -> None:
    stub.replies.clear()
    site.time.move(31)
    assert send(site, stub, **changes).states == {MessageState.DELIVERED: 1}
    assert {each.mail["Message-ID"] for each in stub.taken} == {f"<{message.id}@site.example>"}


def test_a_connection_dropped_after_the_message_gives_a_double_with_the_same_id(
    site: OutboxSite, message: Message
) -> None:
    with MailStub({".": DROP}) as stub:
        assert send(site, stub).states == {MessageState.PENDING: 1}
        assert len(stub.taken) == 1
        arrives(site, stub, message)
        assert len(stub.taken) == 2


def test_a_drop_at_the_end_changes_nothing(site: OutboxSite, message: Message) -> None:
    del message
    with MailStub({"QUIT": DROP}) as stub:
        assert send(site, stub).states == {MessageState.DELIVERED: 1}


def test_a_server_that_drips_does_not_hold_the_sender(site: OutboxSite, message: Message) -> None:
    with MailStub({"EHLO": "drip"}) as stub:
        assert send(site, stub, attempt_s=SHORT_S).states == {MessageState.PENDING: 1}
        arrives(site, stub, message)


def test_a_refused_sign_in_is_tried_again(site: OutboxSite, message: Message) -> None:
    account = {"user": "console", "password": "hunter2"}
    with MailStub({"AUTH": "535 wrong"}) as stub:
        report = send(site, stub, **account)
        assert report.failures == ["refused the sign-in (535)"]
        arrives(site, stub, message, **account)
        assert stub.signed_in[-1] == "\0console\0hunter2"


@pytest.mark.parametrize("security", [MailSecurity.TLS, MailSecurity.STARTTLS])
def test_an_encrypted_server_has_to_be_trusted(
    site: OutboxSite,
    message: Message,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: MailSecurity,
) -> None:
    (tmp_path / "tls").mkdir()
    certificate, context = self_signed(tmp_path / "tls")
    way = {"tls" if security is MailSecurity.TLS else "starttls": context}
    with MailStub(**way) as stub:
        report = send(site, stub, security=security)
        assert report.failures == ["has a certificate that is not trusted"]
        assert stub.taken == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        arrives(site, stub, message, security=security)


def test_a_server_without_encryption_gets_nothing_if_it_is_wanted(
    site: OutboxSite, message: Message
) -> None:
    with MailStub() as stub:
        report = send(site, stub, security=MailSecurity.STARTTLS)
        assert report.states == {MessageState.PENDING: 1}
        assert stub.taken == []
        arrives(site, stub, message)
