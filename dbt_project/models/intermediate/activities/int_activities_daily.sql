with

activities as (
    select * from {{ ref('int_activities') }}
    where is_counted
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

people as (
    select person_id, account_id, email from {{ ref('int_people') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

activity_types as (
    select source, kind, activity_type from {{ ref('activity_types') }}
),

campaigns as (
    select campaign_id, campaign_type
    from {{ ref('stg_salesforce__campaigns') }}
),

policy_activities as (
    select activity_type, minutes, use_duration
    from {{ ref('stg_ops__policy_activities') }}
),

limits as (
    select {{ policy_number('engagement.maximum_minutes') }} as maximum_minutes
),

kinds as (
    select
        source as feed,
        kind,
        activity_type
    from activity_types
    where source <> 'salesforce_campaign'
    union all
    select
        'salesforce_campaign' as feed,
        campaigns.campaign_id as kind,
        coalesce(activity_types.activity_type, 'campaign_response')
            as activity_type
    from campaigns
    left join activity_types
        on
            campaigns.campaign_type = activity_types.kind
            and activity_types.source = 'salesforce_campaign'
),

{# CRM activities name a record, mail events an address. #}
person_keys as (
    select
        person_records.record_key as person_key,
        people.person_id,
        people.account_id
    from person_records
    inner join people on person_records.person_id = people.person_id
    union all
    select
        email as person_key,
        person_id,
        account_id
    from people
    where email is not null
),

resolved as (
    select
        coalesce(account_records.account_id, person_keys.account_id)
            as account_id,
        person_keys.person_id,
        kinds.activity_type,
        activities.activity_date,
        activities.minutes
    from activities
    inner join kinds
        on
            activities.feed = kinds.feed
            and activities.kind = kinds.kind
    left join person_keys on activities.person_key = person_keys.person_key
    left join account_records
        on activities.account_record_key = account_records.record_key
),

counted as (
    select
        account_id,
        person_id,
        activity_type,
        activity_date,
        count(*) as activities,
        count(minutes) as timed_activities,
        {# Not least(): it passes over a missing length and takes the limit. #}
        sum(
            case
                when minutes > limits.maximum_minutes
                    then limits.maximum_minutes
                else minutes
            end
        ) as timed_minutes
    from resolved
    cross join limits
    group by account_id, person_id, activity_type, activity_date
),

credited as (
    select
        counted.account_id,
        counted.person_id,
        counted.activity_type,
        counted.activity_date,
        counted.activities,
        case
            when policy_activities.use_duration
                then
                    coalesce(counted.timed_minutes, 0)
                    + policy_activities.minutes
                    * (counted.activities - counted.timed_activities)
            else policy_activities.minutes * counted.activities
        end as minutes
    from counted
    inner join policy_activities
        on counted.activity_type = policy_activities.activity_type
)

select * from credited
