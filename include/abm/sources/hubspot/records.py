"""What is read from HubSpot: CRM objects by property, associations, owners and e-mail events.

Custom properties (`abm_`) come empty where an account has none; docs/connections.md says what each is for.
"""

from abm.entities import BOOLEAN, DATE, NUMBER, TIMESTAMP, Column, Entity, consent_columns, written_columns

MERGED_INTO = "mergedInto"  # ours: HubSpot tells it from the other side, in MERGED_IDS of the record that is left
MERGED_IDS = "hs_merged_object_ids"
_ID = Column("id", "id")
_AUDIT = (
    Column("is_archived", "archived", BOOLEAN),
    Column("created_at", "createdAt", TIMESTAMP),
    Column("updated_at", "updatedAt", TIMESTAMP),
)


_JUDGEMENTS = (
    Column("potential_estimate", "abm_potential_estimate", NUMBER),
    Column("imperative", "abm_imperative"),
    Column("technologies", "abm_technologies"),
    Column("incumbent", "abm_incumbent"),
    Column("reference_status", "abm_reference_status"),
    Column("partner_role", "abm_partner_role"),
    Column("influence_manual", "abm_influence", NUMBER),
    Column("influence_author", "abm_influence_author"),
    Column("influence_date", "abm_influence_date", DATE),
    Column("mqa_answer", "abm_mqa_answer"),
    Column("mqa_answer_reason", "abm_mqa_answer_reason"),
    Column("mqa_answered_on", "abm_mqa_answered_on", DATE),
    Column("sales_signed_off", "abm_sales_sign_off", BOOLEAN),
    Column("marketing_signed_off", "abm_marketing_sign_off", BOOLEAN),
    Column("override_style", "abm_style_override"),
    Column("override_until", "abm_style_override_until", DATE),
    Column("override_reason", "abm_style_override_reason"),
    Column("override_author", "abm_style_override_by"),
    *written_columns(
        {
            "abm_style": "abm_style",
            "abm_base_style": "abm_base_style",
            "abm_account_score": "abm_account_score",
            "abm_revenue_potential_score": "abm_revenue_potential_score",
            "abm_strategic_fit_score": "abm_strategic_fit_score",
            "abm_influence_score": "abm_influence_score",
            "abm_engagement_score": "abm_engagement_score",
            "abm_cltv_score": "abm_cltv_score",
            "abm_reason": "abm_reason",
            "abm_micro_segment": "abm_micro_segment",
            "abm_style_since": "abm_style_since",
            "abm_lease_ends": "abm_lease_ends",
            "abm_policy_version": "abm_policy_version",
            "abm_is_target_account": "hs_is_target_account",
            "abm_ideal_customer_profile": "hs_ideal_customer_profile",
        }
    ),
)


def _crm_object(name: str, object_name: str, *columns: Column) -> Entity:
    return Entity(
        source="hubspot",
        name=name,
        object=object_name,
        columns=(_ID, *columns, *_AUDIT),
        cursor="updated_at",
        deleted="is_archived",
    )


def _association(from_object: str, to_object: str) -> Entity:
    return Entity(
        source="hubspot",
        name=f"{from_object}_{to_object}",
        object=f"{from_object}/{to_object}",
        columns=(
            Column("from_id", "from"),
            Column("to_id", "to"),
            Column("is_primary", "primary", BOOLEAN),
        ),
        key=("from_id", "to_id"),
    )


_CONSENTS = consent_columns(lambda name: f"abm_{name}")

ENTITIES = (
    _crm_object(
        "company",
        "companies",
        Column("name", "name"),
        Column("domain", "domain"),
        Column("website", "website"),
        Column("industry", "industry"),
        Column("country", "country"),
        Column("city", "city"),
        Column("number_of_employees", "numberofemployees", NUMBER),
        Column("annual_revenue", "annualrevenue", NUMBER),
        Column("lifecycle_stage", "lifecyclestage"),
        Column("parent_company_id", "hs_parent_company_id"),
        Column("merged_into_id", MERGED_INTO),
        Column("owner_id", "hubspot_owner_id"),
        *_JUDGEMENTS,
    ),
    _crm_object(
        "contact",
        "contacts",
        Column("email", "email", personal=True, of_person="email"),
        Column("first_name", "firstname", personal=True, of_person="first_name"),
        Column("last_name", "lastname", personal=True, of_person="last_name"),
        Column("phone", "phone", personal=True, of_person="phone"),
        Column("job_title", "jobtitle"),
        Column("country", "country", of_person="country"),
        Column("buying_role", "hs_buying_role"),
        Column("associated_company_id", "associatedcompanyid"),
        Column("owner_id", "hubspot_owner_id"),
        Column("has_opted_out_of_email", "hs_email_optout", BOOLEAN, of_person="opted_out"),
        Column("legal_basis", "hs_legal_basis"),
        *_CONSENTS,
    ),
    _crm_object(
        "deal",
        "deals",
        Column("name", "dealname"),
        Column("pipeline", "pipeline"),
        Column("stage", "dealstage"),
        Column("type", "dealtype"),
        Column("amount", "amount", NUMBER),
        Column("currency_code", "deal_currency_code"),
        Column("close_date", "closedate", TIMESTAMP),
        Column("is_closed", "hs_is_closed", BOOLEAN),
        Column("is_won", "hs_is_closed_won", BOOLEAN),
        Column("owner_id", "hubspot_owner_id"),
        Column("product", "abm_product"),
    ),
    Entity(
        source="hubspot",
        name="owner",
        object="owners",
        columns=(
            _ID,
            Column("email", "email", personal=True),
            Column("first_name", "firstName", personal=True),
            Column("last_name", "lastName", personal=True),
            Column("is_archived", "archived", BOOLEAN),
        ),
        deleted="is_archived",
    ),
    _association("deal", "company"),
    _association("contact", "company"),
    Entity(
        source="hubspot",
        name="email_event",
        object="email_events",
        columns=(
            _ID,
            Column("type", "type"),
            Column("recipient", "recipient", personal=True),
            Column("email_campaign_id", "emailCampaignId"),
            Column("is_filtered", "filteredEvent", BOOLEAN),
            Column("created_at", "created", TIMESTAMP),
        ),
        key=("id", "created_at"),
        cursor="created_at",
    ),
)
