"""What is read from Salesforce: standard objects, the fields the models need, and deletion marks.

Custom fields (`__c`) are read where an org has them; docs/connections.md says what each is for.
"""

from abm.entities import BOOLEAN, DATE, NUMBER, TIMESTAMP, Column, Entity, consent_columns, written_columns

_ID = Column("id", "Id")
_AUDIT = (
    Column("is_deleted", "IsDeleted", BOOLEAN),
    Column("created_date", "CreatedDate", TIMESTAMP),
    Column("system_modstamp", "SystemModstamp", TIMESTAMP),
)


_JUDGEMENTS = (
    Column("potential_estimate", "ABM_Potential_Estimate__c", NUMBER),
    Column("imperative", "ABM_Imperative__c"),
    Column("technologies", "ABM_Technologies__c"),
    Column("incumbent", "ABM_Incumbent__c"),
    Column("reference_status", "ABM_Reference_Status__c"),
    Column("partner_role", "ABM_Partner_Role__c"),
    Column("influence_manual", "ABM_Influence__c", NUMBER),
    Column("influence_author", "ABM_Influence_Author__c"),
    Column("influence_date", "ABM_Influence_Date__c", DATE),
    Column("mqa_answer", "ABM_MQA_Answer__c"),
    Column("mqa_answer_reason", "ABM_MQA_Reason__c"),
    Column("mqa_answered_on", "ABM_MQA_Answered_On__c", DATE),
    Column("sales_signed_off", "ABM_Sales_Sign_Off__c", BOOLEAN),
    Column("marketing_signed_off", "ABM_Marketing_Sign_Off__c", BOOLEAN),
    Column("override_style", "ABM_Style_Override__c"),
    Column("override_until", "ABM_Style_Override_Until__c", DATE),
    Column("override_reason", "ABM_Style_Override_Reason__c"),
    Column("override_author", "ABM_Style_Override_By__c"),
    *written_columns(
        {
            "abm_style": "ABM_Style__c",
            "abm_base_style": "ABM_Base_Style__c",
            "abm_account_score": "ABM_Account_Score__c",
            "abm_revenue_potential_score": "ABM_Revenue_Potential_Score__c",
            "abm_strategic_fit_score": "ABM_Strategic_Fit_Score__c",
            "abm_influence_score": "ABM_Influence_Score__c",
            "abm_engagement_score": "ABM_Engagement_Score__c",
            "abm_cltv_score": "ABM_CLTV_Score__c",
            "abm_reason": "ABM_Reason__c",
            "abm_micro_segment": "ABM_Micro_Segment__c",
            "abm_style_since": "ABM_Style_Since__c",
            "abm_lease_ends": "ABM_Lease_Ends__c",
            "abm_policy_version": "ABM_Policy_Version__c",
            "abm_is_target_account": "ABM_Is_Target_Account__c",
            "abm_ideal_customer_profile": "ABM_Ideal_Customer_Profile__c",
        }
    ),
)


def _entity(name: str, object_name: str, *columns: Column, is_optional: bool = False) -> Entity:
    return Entity(
        source="salesforce",
        name=name,
        object=object_name,
        columns=(_ID, *columns, *_AUDIT),
        cursor="system_modstamp",
        deleted="is_deleted",
        is_optional=is_optional,
    )


_CONSENTS = consent_columns(lambda name: f"ABM_{name.title()}__c")

ENTITIES = (
    _entity(
        "account",
        "Account",
        Column("name", "Name"),
        Column("parent_id", "ParentId"),
        Column("merged_into_id", "MasterRecordId"),
        Column("owner_id", "OwnerId"),
        Column("type", "Type"),
        Column("industry", "Industry"),
        Column("website", "Website"),
        Column("billing_city", "BillingCity"),
        Column("billing_country", "BillingCountry"),
        Column("number_of_employees", "NumberOfEmployees", NUMBER),
        Column("annual_revenue", "AnnualRevenue", NUMBER),
        Column("currency_iso_code", "CurrencyIsoCode"),
        *_JUDGEMENTS,
    ),
    _entity(
        "account_team_member",
        "AccountTeamMember",
        Column("account_id", "AccountId"),
        Column("user_id", "UserId"),
        Column("team_member_role", "TeamMemberRole"),
        is_optional=True,  # account teams are switched on in Setup
    ),
    _entity(
        "contact",
        "Contact",
        Column("account_id", "AccountId"),
        Column("owner_id", "OwnerId"),
        Column("email", "Email", personal=True, of_person="email"),
        Column("first_name", "FirstName", personal=True, of_person="first_name"),
        Column("last_name", "LastName", personal=True, of_person="last_name"),
        Column("phone", "Phone", personal=True, of_person="phone"),
        Column("title", "Title"),
        Column("department", "Department"),
        Column("mailing_country", "MailingCountry", of_person="country"),
        Column("has_opted_out_of_email", "HasOptedOutOfEmail", BOOLEAN, of_person="opted_out"),
        *_CONSENTS,
    ),
    _entity(
        "lead",
        "Lead",
        Column("converted_account_id", "ConvertedAccountId"),
        Column("converted_contact_id", "ConvertedContactId"),
        Column("owner_id", "OwnerId"),
        Column("company", "Company"),
        Column("email", "Email", personal=True, of_person="email"),
        Column("first_name", "FirstName", personal=True, of_person="first_name"),
        Column("last_name", "LastName", personal=True, of_person="last_name"),
        Column("title", "Title"),
        Column("website", "Website"),
        Column("status", "Status"),
        Column("country", "Country", of_person="country"),
        Column("is_converted", "IsConverted", BOOLEAN),
        Column("has_opted_out_of_email", "HasOptedOutOfEmail", BOOLEAN, of_person="opted_out"),
        *_CONSENTS,
    ),
    _entity(
        "opportunity",
        "Opportunity",
        Column("account_id", "AccountId"),
        Column("owner_id", "OwnerId"),
        Column("name", "Name"),
        Column("stage_name", "StageName"),
        Column("type", "Type"),
        Column("amount", "Amount", NUMBER),
        Column("currency_iso_code", "CurrencyIsoCode"),
        Column("probability", "Probability", NUMBER),
        Column("is_won", "IsWon", BOOLEAN),
        Column("is_closed", "IsClosed", BOOLEAN),
        Column("close_date", "CloseDate", DATE),
        Column("product", "ABM_Product__c"),
    ),
    _entity(
        "task",
        "Task",
        Column("who_id", "WhoId"),
        Column("what_id", "WhatId"),
        Column("account_id", "AccountId"),
        Column("owner_id", "OwnerId"),
        Column("task_subtype", "TaskSubtype"),
        Column("status", "Status"),
        Column("activity_date", "ActivityDate", DATE),
        Column("call_duration_in_seconds", "CallDurationInSeconds", NUMBER),
    ),
    _entity(
        "event",
        "Event",
        Column("who_id", "WhoId"),
        Column("what_id", "WhatId"),
        Column("account_id", "AccountId"),
        Column("owner_id", "OwnerId"),
        Column("event_subtype", "EventSubtype"),
        Column("activity_date_time", "ActivityDateTime", TIMESTAMP),
        Column("duration_in_minutes", "DurationInMinutes", NUMBER),
    ),
    _entity(
        "campaign",
        "Campaign",
        Column("name", "Name"),
        Column("type", "Type"),
        Column("status", "Status"),
        Column("start_date", "StartDate", DATE),
        Column("end_date", "EndDate", DATE),
        Column("actual_cost", "ActualCost", NUMBER),
        Column("budgeted_cost", "BudgetedCost", NUMBER),
    ),
    _entity(
        "campaign_member",
        "CampaignMember",
        Column("campaign_id", "CampaignId"),
        Column("contact_id", "ContactId"),
        Column("lead_id", "LeadId"),
        Column("status", "Status"),
        Column("has_responded", "HasResponded", BOOLEAN),
        Column("first_responded_date", "FirstRespondedDate", DATE),
    ),
    Entity(
        source="salesforce",
        name="user",
        object="User",
        columns=(
            _ID,
            Column("name", "Name", personal=True),
            Column("email", "Email", personal=True),
            Column("is_active", "IsActive", BOOLEAN),
            Column("created_date", "CreatedDate", TIMESTAMP),
            Column("system_modstamp", "SystemModstamp", TIMESTAMP),
        ),
        cursor="system_modstamp",
    ),
)
