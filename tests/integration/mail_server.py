"""A mail server on loopback that takes mail, refuses it, or drops the connection."""

import base64
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Self

DROP = "drop"
STEP_S = 0.02
_REPLIES = {
    "GREETING": "220 stub ESMTP",
    "EHLO": "250 stub",
    "STARTTLS": "220 go on",
    "AUTH": "235 signed in",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "QUIT": "221 bye",
}


@dataclass
class Taken:
    """One mail, as it came."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    data: bytes = b""

    @property
    def mail(self) -> EmailMessage:
        mail = BytesParser(policy=default).parsebytes(self.data)
        assert isinstance(mail, EmailMessage)
        return mail


class MailStub:
    """`replies` replace the usual answers; `DROP` closes the connection instead, after the message
    was taken if it is in place of the last answer. `tls` is used from the first byte, `starttls`
    when the client asks."""

    def __init__(
        self,
        replies: Mapping[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.taken: list[Taken] = []
        self.signed_in: list[str] = []
        self.replies = dict(replies or {})
        self._tls, self._starttls = tls, starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in `accept` would keep the port open, and take one more.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with connection:
                if self._reply(connection, "GREETING"):
                    self._talk(connection)
        except (OSError, ValueError):
            plain.close()  # the client has gone

    def _reply(self, connection: socket.socket, to: str) -> bool:
        """False if the connection ends."""
        words = self.replies.get(to, _REPLIES.get(to, "502 what?"))
        if words == DROP:
            return False
        if words == "drip":
            for _ in range(100_000):
                connection.sendall(b"2")
                threading.Event().wait(STEP_S)
        if to == "EHLO" and words == _REPLIES["EHLO"]:
            extensions = ["AUTH PLAIN", *(["STARTTLS"] if self._starttls else [])]
            lines = ["stub", *extensions]
            marks = ["-"] * (len(lines) - 1) + [" "]
            words = "\r\n".join(f"250{m}{line}" for m, line in zip(marks, lines, strict=True))
        connection.sendall(f"{words}\r\n".encode())
        return to != "QUIT"

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        letter = Taken("")
        while line := stream.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            if not self._reply(connection, verb):
                return
            if verb == "STARTTLS" and self._starttls:
                with self._starttls.wrap_socket(connection, server_side=True) as encrypted:
                    self._talk(encrypted)
                return
            if verb == "AUTH":
                self.signed_in.append(base64.b64decode(rest.split()[1]).decode())
            elif verb == "MAIL":
                letter = Taken(rest)
            elif verb == "RCPT":
                letter.recipients.append(rest[rest.index("<") + 1 : rest.index(">")])
            elif verb == "DATA" and self.replies.get("DATA", "354").startswith("354"):
                lines = []
                while (text := stream.readline()) not in (b".\r\n", b""):
                    lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
                letter.data = b"".join(lines)
                if self.replies.get(".", DROP) == DROP:
                    self.taken.append(letter)
                if not self._reply(connection, "."):
                    return
