"""Delivers notices to authors by e-mail: to one mailbox of the site or, where the site wants that
and sent it with the comment, to the author's own address."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from threading import Timer

from core.inference.remote.transport import certificates_of_environment
from core.moderation.appeals import AppealStatus
from core.moderation.message_contents import APPEAL_TYPES, MessageContent, MessageType
from core.moderation.outbox import Channel, FailedAttempt
from core.outbox.base import LONGEST_ATTEMPT_S
from core.texts.texts import texts_in

_READY = 220
_OUTCOMES: dict[MessageType, AppealStatus] = {kind: end for end, kind in APPEAL_TYPES.items()}


class MailSecurity(StrEnum):
    """How the connection to the server is encrypted. NONE is for a server on this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and its addresses. Without a `user` nobody signs in. With
    `to_authors` a notice goes to the author's own address, if there is one."""

    host: str
    port: int
    security: MailSecurity
    sender: str
    recipient: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    to_authors: bool = False


class Mail:
    """Implements `core.outbox.base.MessageChannel`. Delivered: the server took the message."""

    name = Channel.EMAIL
    workers = 1

    def __init__(self, server: MailServer, *, attempt_s: float = LONGEST_ATTEMPT_S) -> None:
        self.server = server
        self._attempt_s = attempt_s

    def deliver(
        self, message_id: str, content: MessageContent, now: datetime
    ) -> FailedAttempt | None:
        del now  # a mail is dated by what it tells, so that each attempt sends the same
        return self.send(mail_of(message_id, content, self.server))

    def send(self, mail: EmailMessage) -> FailedAttempt | None:
        """One attempt; None: the server has taken it."""
        try:
            with self._signed_in() as client:
                client.send_message(mail, self.server.sender, [mail["To"]])
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return mail_failure(error)
        return None

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        is_encrypted = self.server.security is MailSecurity.TLS
        client = (_Encrypted if is_encrypted else _Plain)(self.server, self._attempt_s)
        try:
            client.open()
            yield client
            with suppress(smtplib.SMTPException, OSError):
                client.quit()  # the message was taken, whatever comes now
        finally:
            client.end()

    def close(self) -> None:
        """Nothing stays open between two messages."""


class _Plain(smtplib.SMTP):
    """A client whose connection is shut at a deadline: a socket's own timeout restarts with every
    byte."""

    def __init__(self, server: MailServer, attempt_s: float) -> None:
        self._server = server
        self._deadline = Timer(attempt_s, self._shut)
        self._deadline.daemon = True
        super().__init__(timeout=attempt_s)

    def open(self) -> None:
        """Connect, and sign in if there is a user. Raises SMTPException and OSError."""
        server = self._server
        self._host = server.host  # whose certificate is checked; `connect` doesn't set it
        self._deadline.start()
        code, words = self.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, words)
        if server.security is MailSecurity.STARTTLS:
            self.starttls(context=_trusting())
        if server.user:
            self.login(server.user, server.password)

    def end(self) -> None:
        """Close the connection and forget the deadline."""
        self._deadline.cancel()
        self.close()

    def _shut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):  # already closed
                # That of a TLS socket must not be called from a second thread.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    def __init__(self, server: MailServer, attempt_s: float) -> None:
        super().__init__(server, attempt_s)
        self.context = _trusting()


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificates_of_environment())


def mail_of(message_id: str, content: MessageContent, server: MailServer) -> EmailMessage:
    """The mail: plain text, and headers of the console's own words alone. Its id is the message's,
    so that a mailbox that gets it twice can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = server.sender
    own = content.comment.author_email if server.to_authors else None
    mail["To"] = own or server.recipient
    texts = texts_in(content.language)
    about = texts.say(f"mail.{_OUTCOMES.get(content.type) or content.visibility}")
    mail["Subject"] = texts.say("mail.subject", about=about, reference=content.revision.reference)
    mail["Date"] = format_datetime(content.occurred_at)
    mail["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no program answers it
    mail.set_content(_body(content, is_to_author=own is not None), cte="quoted-printable")
    mail["Content-Language"] = content.language  # after the content, which clears what is of it
    return mail


def _body(content: MessageContent, *, is_to_author: bool) -> str:
    if is_to_author:
        return content.words
    author = " ".join(content.comment.author.split())
    return f"{texts_in(content.language).say('mail.for_author', author=author)}\n\n{content.words}"


def mail_failure(error: Exception) -> FailedAttempt:
    """What an error means, without the server's words, which may quote addresses. Only the refusal
    of this very message or its addresses is final: what is wrong with the sign-in or the connection
    is wrong for all messages, until somebody mends it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _ in error.recipients.values())
        return FailedAttempt(f"refused the recipient ({code})", is_final=code >= 500)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        what = "sender" if isinstance(error, smtplib.SMTPSenderRefused) else "message"
        return FailedAttempt(
            f"refused the {what} ({error.smtp_code})", is_final=error.smtp_code >= 500
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return FailedAttempt(f"refused the sign-in ({error.smtp_code})")
    if isinstance(error, ssl.SSLCertVerificationError):
        return FailedAttempt("has a certificate that is not trusted")
    if isinstance(error, smtplib.SMTPResponseException):
        return FailedAttempt(f"answered {error.smtp_code}")
    return FailedAttempt(f"could not be reached ({type(error).__name__})")
