"""The digest as the JSON body of a webhook and as a mail. docs/outbox.md shows one."""

import json
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from core.moderation.digest import Digest
from core.outbox.mail import MailServer


def digest_body(digest: Digest, console_url: str) -> bytes:
    """ASCII alone. `at_least` names the counts of which there may be more."""
    told = {
        "type": "inbox.digest",
        "timestamp": _time(digest),
        "data": {
            "day": digest.day,
            "waiting": {item.kind.value: item.count.number for item in digest.items},
            "at_least": [item.kind.value for item in digest.items if not item.count.is_exact],
            "appeals": digest.appeals,
            "overdue_appeals": digest.overdue_appeals,
            "work_url": f"{console_url}/work",
        },
    }
    return json.dumps(told).encode("ascii")


def digest_mail(digest: Digest, server: MailServer, console_url: str) -> EmailMessage:
    """Plain text, in English as the staff's pages are."""
    lines = [f"- {item.count} {item.kind}" for item in digest.items]
    if digest.appeals:
        lines.append(f"- {digest.appeals:,} appeals, {digest.overdue_appeals:,} past their date")
    words = "\n".join(lines) if lines else "Nothing waits for a lead."
    mail = EmailMessage(policy=SMTP)
    mail["From"] = server.sender
    mail["To"] = server.recipient
    mail["Subject"] = f"Moderation: what waits on {digest.day}"
    mail["Date"] = format_datetime(digest.told_at)
    mail["Message-ID"] = f"<{digest.id}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"What waits for a lead on {digest.day}:\n\n{words}\n\n{console_url}/work\n")
    return mail


def _time(digest: Digest) -> str:
    return digest.told_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
