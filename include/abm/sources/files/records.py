"""The canonical entities that a folder of CSV or Parquet files is mapped to."""

from abm.entities import BOOLEAN, DATE, NUMBER, TIMESTAMP, Column, Entity


def _entity(name: str, key: str, *columns: Column) -> Entity:
    return Entity(source="files", name=name, object=name, columns=(Column(key, key), *columns), key=(key,))


ENTITIES = (
    _entity(
        "accounts",
        "account_id",
        Column("account_name", "account_name"),
        Column("parent_account_id", "parent_account_id"),
        Column("owner_id", "owner_id"),
        Column("domain", "domain"),
        Column("industry", "industry"),
        Column("country", "country"),
        Column("city", "city"),
        Column("employees", "employees", NUMBER),
        Column("annual_revenue", "annual_revenue", NUMBER),
        Column("potential_estimate", "potential_estimate", NUMBER),
        Column("currency_code", "currency_code"),
    ),
    _entity(
        "contacts",
        "contact_id",
        Column("account_id", "account_id"),
        Column("email", "email", personal=True),
        Column("first_name", "first_name", personal=True),
        Column("last_name", "last_name", personal=True),
        Column("phone", "phone", personal=True),
        Column("job_title", "job_title"),
        Column("country", "country"),
        Column("has_opted_out", "has_opted_out", BOOLEAN),
    ),
    _entity(
        "opportunities",
        "opportunity_id",
        Column("account_id", "account_id"),
        Column("owner_id", "owner_id"),
        Column("opportunity_name", "opportunity_name"),
        Column("stage", "stage"),
        Column("product", "product"),
        Column("amount", "amount", NUMBER),
        Column("currency_code", "currency_code"),
        Column("created_date", "created_date", DATE),
        Column("closed_date", "closed_date", DATE),
        Column("is_closed", "is_closed", BOOLEAN),
        Column("is_won", "is_won", BOOLEAN),
    ),
    _entity(
        "activities",
        "activity_id",
        Column("account_id", "account_id"),
        Column("contact_id", "contact_id"),
        Column("activity_type", "activity_type"),
        Column("minutes", "minutes", NUMBER),
        Column("occurred_at", "occurred_at", TIMESTAMP),
    ),
    _entity(
        "owners",
        "owner_id",
        Column("owner_name", "owner_name", personal=True),
        Column("manager", "manager", personal=True),
        Column("region", "region"),
    ),
    _entity(
        "spend",
        "spend_id",
        Column("account_id", "account_id"),
        Column("campaign", "campaign"),
        Column("channel", "channel"),
        Column("amount", "amount", NUMBER),
        Column("currency_code", "currency_code"),
        Column("spend_date", "spend_date", DATE),
    ),
)
