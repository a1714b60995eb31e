"""Replace a file whole: whoever reads it sees the old one or the new one, and a kill leaves the old one."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file by new content, or leave it as it was; its folder is made where there is none.

    Raises
    ------
    OSError
        The folder can't be written to; no draft is left.

    Examples
    --------
    >>> write_whole(Path("claims.yaml"), b"tenor_claims: 1")
    >>> Path("claims.yaml").read_bytes()
    b'tenor_claims: 1'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".tmp-{os.getpid()}-{threading.get_ident()}-{path.name}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
