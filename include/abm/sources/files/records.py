"""The canonical entities that a folder of CSV or Parquet files is mapped to."""

from abm.entities import BOOLEAN, DATE, NUMBER, TIMESTAMP, Column, Entity, consent_columns


def _entity(name: str, key: str, *columns: Column) -> Entity:
    return Entity(source="files", name=name, object=name, columns=(Column(key, key), *columns), key=(key,))


def _judgements() -> tuple[Column, ...]:
    texts = ("imperative", "technologies", "incumbent", "reference_status", "partner_role")
    return (
        Column("potential_estimate", "potential_estimate", NUMBER),
        *(Column(name, name) for name in texts),
        Column("influence_manual", "influence_manual", NUMBER),
        Column("influence_author", "influence_author"),
        Column("influence_date", "influence_date", DATE),
        Column("mqa_answer", "mqa_answer"),
        Column("mqa_answer_reason", "mqa_answer_reason"),
        Column("mqa_answered_on", "mqa_answered_on", DATE),
        Column("sales_signed_off", "sales_signed_off", BOOLEAN),
        Column("marketing_signed_off", "marketing_signed_off", BOOLEAN),
    )


_CONSENTS = consent_columns(lambda name: name)

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
        Column("currency_code", "currency_code"),
        *_judgements(),
    ),
    _entity(
        "contacts",
        "contact_id",
        Column("account_id", "account_id"),
        Column("email", "email", personal=True, of_person="email"),
        Column("first_name", "first_name", personal=True, of_person="first_name"),
        Column("last_name", "last_name", personal=True, of_person="last_name"),
        Column("phone", "phone", personal=True, of_person="phone"),
        Column("job_title", "job_title"),
        Column("country", "country", of_person="country"),
        Column("has_opted_out", "has_opted_out", BOOLEAN, of_person="opted_out"),
        *_CONSENTS,
    ),
    _entity(
        "opportunities",
        "opportunity_id",
        Column("account_id", "account_id"),
        Column("owner_id", "owner_id"),
        Column("opportunity_name", "opportunity_name"),
        Column("stage", "stage"),
        Column("type", "type"),
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
        Column("domain", "domain"),
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
        "account_team",
        "account_team_id",
        Column("account_id", "account_id"),
        Column("team_role", "team_role"),
        Column("owner_id", "owner_id"),
    ),
    _entity(
        "overrides",
        "override_id",
        Column("account_id", "account_id"),
        Column("domain", "domain"),
        Column("style", "style"),
        Column("kind", "kind"),
        Column("author", "author"),
        Column("reason", "reason"),
        Column("starts_on", "starts_on", DATE),
        Column("ends_on", "ends_on", DATE),
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
