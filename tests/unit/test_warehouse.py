import psycopg
import pytest

from abm.errors import ConfigurationError
from abm.warehouse import connect, memory_settings, migrate


def test_migrating_twice_changes_nothing(warehouse_url: str, warehouse: psycopg.Connection) -> None:
    tables = "select count(*) from information_schema.tables where table_schema = 'ops'"
    before = warehouse.execute(tables).fetchone()
    migrate(warehouse_url)
    assert warehouse.execute(tables).fetchone() == before


def test_unreachable_server_is_told_without_the_password() -> None:
    with pytest.raises(ConfigurationError) as told:
        connect("postgresql://user:very-secret@127.0.0.1:1/abm")
    assert "127.0.0.1" in str(told.value)
    assert "very-secret" not in str(told.value)


@pytest.mark.parametrize("gigabytes", [1, 4, 24, 512])
def test_memory_settings_leave_room_for_airflow(gigabytes: int) -> None:
    buffers = int(memory_settings(gigabytes * 2**30)["shared_buffers"].removesuffix("MB"))
    assert buffers <= gigabytes * 1024 // 4
    assert buffers <= 4096
