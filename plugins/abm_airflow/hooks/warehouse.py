"""The warehouse: Airflow's connection `abm_warehouse`."""

from __future__ import annotations

from urllib.parse import quote

from airflow.sdk import BaseHook

from abm.warehouse import migrate

CONNECTION_ID = "abm_warehouse"


class WarehouseHook(BaseHook):
    """The warehouse's libpq URL, for functions of `abm` that open connections themselves."""

    @property
    def url(self) -> str:
        """Return the URL; it holds the password, so it must not be logged or returned from a task."""
        stored = self.get_connection(CONNECTION_ID)
        credentials = f"{quote(stored.login or '', safe='')}:{quote(stored.password or '', safe='')}"
        return f"postgresql://{credentials}@{stored.host}:{stored.port or 5432}/{stored.schema}"

    def migrated_url(self) -> str:
        """Bring the warehouse to this version's form first; for the first task of a DAG."""
        migrate(self.url)
        return self.url
