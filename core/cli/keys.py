"""`modconsole key`: create, list and revoke keys of the API."""

import argparse
import sys

from core.cli.arguments import Commands
from core.clock import system_clock
from core.config import Settings
from core.errors import ConsoleError
from core.serving.api_keys import KeyFolder


def add_commands(commands: Commands) -> None:
    """Declares `key`."""
    command = commands.add(
        "key",
        run_key,
        "Create, list or revoke keys of the API.",
        "`key create NAME` prints a new key once; only its digest is stored. As soon as there is a "
        "key, the API requires one: `Authorization: Bearer KEY` or `x-api-key: KEY`.",
    )
    command.add_argument(
        "act", choices=("create", "list", "revoke"), metavar="ACT", help="create, list or revoke"
    )
    command.add_argument("key_name", nargs="?", metavar="NAME", help="name of the key, or its id")


def run_key(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole key`."""
    folder = KeyFolder(settings.api_keys_dir)
    if arguments.act == "list":
        if arguments.key_name is not None:
            raise ConsoleError("`key list` takes no NAME")
        keys, unreadable = folder.read_usable()
        for key in keys:
            print(f"{key.id}  {key.created_at}  {key.name}")
        if unreadable:
            raise ConsoleError("\n".join(unreadable))
        return 0
    if arguments.key_name is None:
        raise ConsoleError(f"`key {arguments.act}` needs a NAME")
    if arguments.act == "create":
        print(folder.create(arguments.key_name, system_clock().now()))
        print(
            "Keep it: it is not shown again. The API requires a key from now on.", file=sys.stderr
        )
        return 0
    folder.revoke(arguments.key_name)
    print(f"Revoked {arguments.key_name}; a running API refuses it within a second.")
    if not folder.read_usable()[0]:
        print(
            "No key is left: the API refuses every request until you create a key or remove "
            f"{folder.folder}"
        )
    return 0
