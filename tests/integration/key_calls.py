"""The services of API keys, for the table of roles."""

from collections.abc import Callable
from datetime import timedelta

from core.bootstrap.services import Services
from core.identifiers import new_id
from core.moderation.api_keys import ALL_SCOPES
from core.moderation.permissions import Actor
from core.services.api_keys import create_key, list_keys, revoke_key, rotate_key
from core.serving.api_keys import KeyFolder


def _folder(site: Services) -> KeyFolder:
    return KeyFolder(site.settings.api_keys_dir)


def _made(site: Services) -> str:
    """The name of a new key."""
    name = f"k{new_id()[:20]}"
    _folder(site).create(name, site.clock.now())
    return name


def _create(site: Services, actor: Actor) -> object:
    name = f"k{new_id()[:20]}"
    return create_key(site.context, actor, _folder(site), name, scopes=ALL_SCOPES)


KEY_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("api_keys.list_keys", "list"): (
        lambda s, a: list_keys(s.context, a, _folder(s)),
        "nnnnyy",
    ),
    ("api_keys.create_key", "create"): (_create, "nnnnyn"),
    ("api_keys.rotate_key", "rotate"): (
        lambda s, a: rotate_key(s.context, a, _folder(s), _made(s), timedelta(0)),
        "nnnnyn",
    ),
    ("api_keys.revoke_key", "revoke"): (
        lambda s, a: revoke_key(s.context, a, _folder(s), _made(s)),
        "nnnnyn",
    ),
}
