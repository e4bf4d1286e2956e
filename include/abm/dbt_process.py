"""One dbt command in a process of its own: `python -m abm.dbt_process build …`, as dbt's own command line takes it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner

from abm.dbt_messages import without_rows
from abm.dbt_savings import save

_ONE_LINE = threading.Lock()  # dbt tells from each of its threads, and a text stream mixes what several write at once


def main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    save()
    # Its console formats each line of debugging before it drops it.
    result = dbtRunner(callbacks=[_tell]).invoke(["--log-level", "none", *sys.argv[1:]])
    if isinstance(result.result, RunExecutionResult):  # with --no-write-json dbt writes neither these nor its manifest
        result.result.write(str(Path(os.environ["DBT_TARGET_PATH"]) / "run_results.json"))
    sys.stdout.flush()
    os._exit(0 if result.success else 1)  # taking the project's graph apart object by object took 0.7 s


def _end_with_parent() -> None:
    """End when the parent's pipe does: a process whose parent was killed would go on writing beside the next one."""
    os.read(0, 1)
    os._exit(1)


def _tell(event: Any) -> None:
    if event.info.level != "debug":
        with _ONE_LINE:
            sys.stdout.write(without_rows(event.info.msg) + "\n")


if __name__ == "__main__":
    main()
