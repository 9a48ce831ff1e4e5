"""Whom an installation asks over a network, by its settings; never with what is secret in them."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.inventory import site_inventory
from core.inventory.contacts import THIS_MACHINE, NamedAddresses, contacts
from core.moderation.permissions import SYSTEM
from core.setting_help import SETTING_HELP
from tests.factories import make_services

NOBODY = NamedAddresses("", "", "", "", "", "", "", {})


def asked(named: NamedAddresses) -> dict[str, str]:
    return {one.who: one.address for one in contacts(named) if one.address}


def test_without_settings_nobody_is_asked() -> None:
    assert asked(NOBODY) == {}


@pytest.mark.parametrize("one", contacts(NOBODY), ids=lambda one: one.who)
def test_each_is_named_by_a_setting(one) -> None:
    assert one.setting.removeprefix("MODCONSOLE_").lower() in SETTING_HELP


@pytest.mark.parametrize(
    ("field", "value", "host"),
    [
        ("state", "postgresql://mod:secret@db.example/x", "db.example"),
        ("state", "postgresql:///x?host=/run/secret", THIS_MACHINE),
        ("log_store", "s3://bucket/secret", "bucket"),
        ("issuer", "https://login.example/secret", "login.example"),
        ("webhook", "https://site.example:8443/hook?key=secret", "site.example"),
        ("mail_host", "mail.example", "mail.example"),
        ("model", "huggingface.co", "huggingface.co"),
        ("news", "https://news.example/v0", "news.example"),
    ],
)
def test_of_an_address_the_host_alone_is_told(field: str, value: str, host: str) -> None:
    found = asked(replace(NOBODY, **{field: value}))
    assert list(found.values()) == [host]
    assert "secret" not in str(contacts(replace(NOBODY, **{field: value})))


def test_each_backend_in_force_is_told() -> None:
    named = replace(NOBODY, backends={"tei": "gpu.example", "de": "other.example"})
    assert asked(named) == {"backend tei": "gpu.example", "backend de": "other.example"}


def test_a_new_site_asks_nobody(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    assert not any(one.address for one in site_inventory(SYSTEM, services).contacts)
    services.close()
