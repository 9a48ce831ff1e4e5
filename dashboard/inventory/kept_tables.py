"""What is kept of people, and who is told what, as frames with their cells in the language of the
texts; columns are named as in the files that are downloaded. Core lists both in English; the words
here are those of the files of texts."""

from collections.abc import Sequence
from pathlib import PurePath

import pandas as pd

from core.inventory.contacts import THIS_MACHINE, Contact
from core.inventory.kept_data import KeptData
from core.moderation.erasure import RetentionDays
from core.texts.texts import Texts

NOT_SHOWN = ["tables", "in the home folder"]
"""Columns of the file alone."""
_SETTING = "MODCONSOLE_"
_BACKEND = "backend"


def kept_frame(kept: Sequence[KeptData], retention: RetentionDays, texts: Texts) -> pd.DataFrame:
    """One row for each kind of data."""
    return pd.DataFrame(
        [
            {
                "what": texts.say(f"inventory.kept_what.{kind}"),
                "why": texts.say(f"inventory.kept_why.{kind}"),
                "kept": how_long(kind, retention, texts),
                "after an erasure": texts.say(f"inventory.kept_after.{kind}"),
                "tables": ", ".join(one.tables) or None,
                "in the home folder": ", ".join(one.files) or None,
            }
            for one in kept
            for kind in [_kind_of(one)]
        ]
    )


def how_long(kind: str, retention: RetentionDays, texts: Texts) -> str:
    """For how long that kind of data is kept."""
    if texts.has(f"inventory.kept_long.{kind}"):
        return texts.say(f"inventory.kept_long.{kind}")
    days = texts.count("inventory.days", retention.comments)
    if kind == "comments":
        return _texts_kept(days, retention, texts)
    if kind == "reports" and retention.reports:
        reporters = texts.count("inventory.days", retention.reports)
        return texts.say("inventory.kept_long.reporters", days=reporters)
    if retention.comments and kind in ("decisions", "second_looks"):
        return texts.say("inventory.kept_long.notes", days=days)
    if retention.comments and kind in ("appeals", "reports"):
        return texts.say("inventory.kept_long.words", days=days)
    return texts.say("inventory.kept_long.for_ever")


def _texts_kept(days: str, retention: RetentionDays, texts: Texts) -> str:
    address = texts.count("inventory.days", retention.addresses)
    if retention.comments and retention.addresses:
        key = "inventory.kept_long.texts_and_address"
        return texts.say(key, days=days, address=address)
    if retention.addresses:
        return texts.say("inventory.kept_long.for_ever_but_address", address=address)
    if retention.comments:
        return texts.say("inventory.kept_long.texts", days=days)
    return texts.say("inventory.kept_long.for_ever")


def _kind_of(one: KeptData) -> str:
    """The name of its first table or file."""
    return PurePath([*one.tables, *one.files][0]).stem.replace("-", "_")


def contact_frame(contacts: Sequence[Contact], texts: Texts) -> pd.DataFrame:
    """One row for each service that may be asked."""
    return pd.DataFrame([_contact_row(one, texts) for one in contacts])


def _contact_row(one: Contact, texts: Texts) -> dict[str, str]:
    variable, _, file = one.setting.partition(" and ")
    kind = variable.removeprefix(_SETTING).lower()
    who = texts.say(f"inventory.contact_who.{kind}")
    if kind == _BACKEND and file:
        name = one.who.removeprefix(f"{_BACKEND} ")
        who = texts.say("inventory.contact_who.named_backend", name=name)
    address = one.address or texts.say("inventory.contacts.nobody")
    if one.address == THIS_MACHINE:
        address = texts.say("inventory.contacts.this_machine")
    setting = (
        texts.say("inventory.contacts.both", setting=variable, file=file) if file else variable
    )
    told = texts.say(f"inventory.contact_told.{kind}")
    return {"who": who, "now": address, "is told": told, "setting": setting}
