{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['feed', 'activity_id'],
    on_schema_change='fail',
    indexes=[{'columns': ['feed', 'landed_at']}],
) }}

with

unioned as (
    select
        'salesforce_task' as feed,
        task_id as activity_id,
        task_subtype as kind,
        {{ record_key('salesforce', 'account_id') }} as account_record_key,
        minutes,
        not is_deleted and lower(status) = 'completed' as is_counted,
        activity_date,
        landed_at,
        {{ record_key('salesforce', 'person_record_id') }} as person_key
    from {{ ref('stg_salesforce__tasks') }}
    where {{ newly_landed('salesforce_task') }}
    union all
    select
        'salesforce_event' as feed,
        event_id as activity_id,
        'event' as kind,
        {{ record_key('salesforce', 'account_id') }} as account_record_key,
        minutes,
        not is_deleted as is_counted,
        activity_date,
        landed_at,
        {{ record_key('salesforce', 'person_record_id') }} as person_key
    from {{ ref('stg_salesforce__events') }}
    where {{ newly_landed('salesforce_event') }}
    union all
    select
        'salesforce_campaign' as feed,
        campaign_member_id as activity_id,
        campaign_id as kind,
        null as account_record_key,
        null as minutes,
        not is_deleted and has_responded as is_counted,
        responded_date as activity_date,
        landed_at,
        {{ record_key('salesforce', 'person_record_id') }} as person_key
    from {{ ref('stg_salesforce__campaign_members') }}
    where {{ newly_landed('salesforce_campaign') }}
    union all
    select
        'hubspot_email' as feed,
        email_event_id as activity_id,
        event_type as kind,
        null as account_record_key,
        null as minutes,
        not is_deleted and not is_filtered as is_counted,
        activity_date,
        landed_at,
        recipient_email as person_key
    from {{ ref('stg_hubspot__email_events') }}
    where
        event_type in ('open', 'click')
        and {{ newly_landed('hubspot_email') }}
    union all
    select
        'files' as feed,
        activity_id,
        activity_type as kind,
        coalesce({{ record_key('files', 'account_id') }}, domain)
            as account_record_key,
        minutes,
        not is_deleted as is_counted,
        activity_date,
        landed_at,
        {{ record_key('files', 'person_record_id') }} as person_key
    from {{ ref('stg_files__activities') }}
    where {{ newly_landed('files') }}
),

{# What does not count is written only over what counted before. #}
kept as (
    select unioned.*
    from unioned
    {% if is_incremental() %}
    left join {{ this }} as before
        on
            unioned.feed = before.feed
            and unioned.activity_id = before.activity_id
    where unioned.is_counted or before.activity_id is not null
    {% else %}
    where unioned.is_counted
    {% endif %}
)

select * from kept
