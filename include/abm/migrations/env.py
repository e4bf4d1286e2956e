"""Alembic's entry point: online only, one transaction, version table in `ops`."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.begin() as connection:
    connection.execute(text("create schema if not exists ops"))
    context.configure(connection=connection, version_table_schema="ops", transactional_ddl=True)
    context.run_migrations()
engine.dispose()
