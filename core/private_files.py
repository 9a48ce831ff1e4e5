"""Folders and files for this account alone (0700 and 0600), whatever the process's umask is."""

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_private_folder(path: Path) -> None:
    """Make it, and its parents where they are missing. A folder that is there keeps its rights."""
    if path.is_dir():
        return
    if path.parent != path:
        make_private_folder(path.parent)
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir():
            raise
        return  # another process was faster
    path.chmod(FOLDER_MODE)


def open_private_file(path: Path, flags: int) -> int:
    """A descriptor, as os.open gives it; a file that is made here is for this account alone."""
    try:
        fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        if flags & os.O_EXCL:
            raise
        return os.open(path, flags | os.O_CREAT, FILE_MODE)
    os.fchmod(fd, FILE_MODE)
    return fd


def narrow(path: Path) -> None:
    """Take the rights of other accounts away. A link is left alone, and so is what has gone."""
    if path.is_symlink():
        return
    try:
        mode = path.stat().st_mode & 0o7777
        if mode & 0o077:
            path.chmod(mode & ~0o077)
    except FileNotFoundError:
        return
