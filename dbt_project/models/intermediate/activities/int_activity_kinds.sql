with

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

worth as (
    select
        kinds.feed,
        kinds.kind,
        kinds.activity_type,
        policy_activities.minutes,
        case
            when policy_activities.use_duration then limits.maximum_minutes
        end as maximum_minutes
    from kinds
    inner join policy_activities
        on kinds.activity_type = policy_activities.activity_type
    cross join limits
)

select * from worth
