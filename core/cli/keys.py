"""`modconsole key`: create, list, rotate and revoke keys of the API."""

import argparse
import sys
from contextlib import closing
from datetime import timedelta

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import ConfigError, InvalidInput
from core.moderation.api_keys import ALL_SCOPES, KeyScope, parse_scopes
from core.moderation.permissions import SYSTEM
from core.services.api_keys import ListedKey, create_key, list_keys, revoke_key, rotate_key
from core.services.context import Context
from core.serving.api_keys import KeyFolder

GRACE_HOURS = 24.0


def add_commands(commands: Commands) -> None:
    """Declares `key`."""
    command = commands.add(
        "key",
        run_key,
        "Create, list, rotate or revoke keys of the API.",
        "`key create NAME` prints a new key once; only its digest is stored. As soon as there is a "
        "key, the API requires one: `Authorization: Bearer KEY` or `x-api-key: KEY`. `key rotate "
        "NAME` makes another one like it, and the old one is valid for a while longer. `key list` "
        "says what each is for, until when, and when it was last used. Each change stands in the "
        "audit log.",
    )
    command.add_argument(
        "act",
        choices=("create", "list", "rotate", "revoke"),
        metavar="ACT",
        help="create, list, rotate or revoke",
    )
    command.add_argument("key_name", nargs="?", metavar="NAME", help="name of the key, or its id")
    command.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in KeyScope],
        metavar="SCOPE",
        help="of `create`: what the key may be used for, of "
        f"{', '.join(KeyScope)}; may be repeated (default: all)",
    )
    command.add_argument(
        "--days", type=int, metavar="N", help="of `create`: how long it is valid (default: no end)"
    )
    command.add_argument(
        "--grace-hours",
        type=float,
        default=GRACE_HOURS,
        metavar="H",
        help=f"of `rotate`: how long the old one stays valid (default: {GRACE_HOURS:g})",
    )


def run_key(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole key`."""
    name: str | None = arguments.key_name
    if (arguments.act == "list") != (name is None):
        raise InvalidInput("`key list` takes no NAME, and every other act needs one")
    if arguments.grace_hours < 0:
        raise InvalidInput("--grace-hours can't be less than 0")
    folder = KeyFolder(settings.api_keys_dir)
    creates = arguments.act == "create"
    with closing(build_services(settings, worker="key", creates=creates)) as services:
        context = services.context
        if name is None:
            return _list(context, folder)
        if arguments.act == "revoke":
            return _revoke(context, folder, name)
        if arguments.act == "create":
            scopes = parse_scopes(arguments.scope or ALL_SCOPES)
            print(create_key(context, SYSTEM, folder, name, scopes=scopes, days=arguments.days))
            told = "The API requires a key from now on."
        else:
            grace = timedelta(hours=arguments.grace_hours)
            print(rotate_key(context, SYSTEM, folder, name, grace))
            told = f"The old one is valid for {arguments.grace_hours:g} hours longer."
    print(f"Keep it: it is not shown again. {told}", file=sys.stderr)
    return ExitCode.DONE


def _list(context: Context, folder: KeyFolder) -> int:
    listed, unreadable = list_keys(context, SYSTEM, folder)
    for each in listed:
        print(_line(each))
    if unreadable:
        raise ConfigError("\n".join(unreadable))
    return ExitCode.DONE


def _line(each: ListedKey) -> str:
    key, used = each.key, each.last_used_at
    end = "no end" if key.expires_at is None else f"until {key.expires_at}"
    end = f"expired at {key.expires_at}" if each.is_expired else end
    last = "no use noted" if used is None else f"used {used:%Y-%m-%dT%H:%M}Z"
    return f"{key.id}  {key.created_at}  {key.name}  {','.join(key.scopes)}  {end}  {last}"


def _revoke(context: Context, folder: KeyFolder, name: str) -> int:
    revoke_key(context, SYSTEM, folder, name)
    print(f"Revoked {name}; a running API refuses it within a second.")
    if not folder.read_usable()[0]:
        print(
            "No key is left: the API refuses every request until you create a key or remove "
            f"{folder.folder}"
        )
    return ExitCode.DONE
