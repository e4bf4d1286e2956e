"""From Airflow's connections to ours, when a task needs them and not before."""

from __future__ import annotations

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from abm.settings import Connection, base_url, connection_id


class PlatformHook(BaseHook):
    """The connection `abm_<platform>` as `abm` takes it."""

    def __init__(self, platform: str) -> None:
        super().__init__()
        self.platform = platform

    def find(self) -> Connection | None:
        """Return the connection, or None where the platform is not configured."""
        try:
            stored = self.get_connection(connection_id(self.platform))
        except AirflowNotFoundException:
            return None
        return Connection(
            conn_id=stored.conn_id,
            base_url=base_url(stored.schema or "", stored.host or "", stored.port),
            login=stored.login or "",
            password=stored.password or "",
            extra=stored.extra_dejson,
        )
