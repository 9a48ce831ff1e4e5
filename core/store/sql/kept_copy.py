"""A copy of the state that is kept before its tables are changed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreError
from core.private_files import make_private_folder, open_private_file


@contextmanager
def kept_copy(path: Path) -> Iterator[Path]:
    """The name to write the copy under; it is `path` once it is whole. An earlier one is replaced.
    Raises StoreError."""
    draft = path.with_name(f"{path.name}.unfinished")
    try:
        make_private_folder(path.parent)
        draft.unlink(missing_ok=True)
        os.close(open_private_file(draft, os.O_RDWR))
        yield draft
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; nothing was changed") from error
    finally:
        draft.unlink(missing_ok=True)
