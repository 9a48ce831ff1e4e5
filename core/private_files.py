"""Folders and files that only this account can access (0700 and 0600), whatever the process's
umask."""

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_private_folder(path: Path) -> None:
    """Create the folder and missing parents. The rights of an existing folder stay as they are."""
    if path.is_dir():
        return
    if path.parent != path:
        make_private_folder(path.parent)
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir():
            raise
        return  # another process created it first
    path.chmod(FOLDER_MODE)


def open_private_file(path: Path, flags: int) -> int:
    """A descriptor, as os.open returns; a file created here is accessible to this account only."""
    try:
        fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        if flags & os.O_EXCL:
            raise
        return os.open(path, flags | os.O_CREAT, FILE_MODE)
    os.fchmod(fd, FILE_MODE)
    return fd


def narrow(path: Path) -> None:
    """Remove the rights of other accounts. Links and missing files are ignored."""
    if path.is_symlink():
        return
    try:
        mode = path.stat().st_mode & 0o7777
        if mode & 0o077:
            path.chmod(mode & ~0o077)
    except FileNotFoundError:
        return
