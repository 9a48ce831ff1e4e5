"""`modconsole key`: make, list and revoke keys to the API."""

import argparse
import sys

from core.clock import system_clock
from core.config import Settings
from core.errors import ConsoleError
from core.serving.api_keys import KeyFolder


def run_key(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole key`."""
    folder = KeyFolder(settings.api_keys_dir)
    if arguments.act == "list":
        if arguments.key_name is not None:
            raise ConsoleError("`key list` takes no NAME")
        for key in folder.read_all():
            print(f"{key.id}  {key.created_at}  {key.name}")
        return 0
    if arguments.key_name is None:
        raise ConsoleError(f"`key {arguments.act}` needs a NAME")
    if arguments.act == "create":
        print(folder.create(arguments.key_name, system_clock().now()))
        print(
            "Keep it: it is not shown again. The API asks for a key from now on.", file=sys.stderr
        )
        return 0
    folder.revoke(arguments.key_name)
    print(f"Revoked {arguments.key_name}; a running API refuses it within a second.")
    if not folder.read_all():
        print(
            f"No key is left: the API lets nobody in until you make one or remove {folder.folder}"
        )
    return 0
