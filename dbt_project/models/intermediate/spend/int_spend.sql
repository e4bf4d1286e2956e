with

campaigns as (
    select campaign_id, campaign_type, actual_cost, start_date
    from {{ ref('stg_salesforce__campaigns') }}
    where actual_cost > 0
),

members as (
    select
        campaign_id,
        {{ record_key('salesforce', 'person_record_id') }} as record_key
    from {{ ref('stg_salesforce__campaign_members') }}
    where not is_deleted
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

people as (
    select person_id, account_id from {{ ref('int_people') }}
    where account_id is not null
),

files_spend as (
    select * from {{ ref('stg_files__spend') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

currencies as (
    select currency_code, rate from {{ ref('stg_ops__policy_currencies') }}
),

policy as (
    select {{ policy_text('currency') }} as currency_code
),

account_members as (
    select
        members.campaign_id,
        people.account_id,
        count(*) as members
    from members
    inner join person_records on members.record_key = person_records.record_key
    inner join people on person_records.person_id = people.person_id
    group by members.campaign_id, people.account_id
),

shares as (
    select
        campaign_id,
        account_id,
        members * 1.0 / sum(members) over (partition by campaign_id) as share
    from account_members
),

spent as (
    select
        shares.account_id,
        campaigns.start_date as spend_date,
        coalesce(replace(campaigns.campaign_type, ' ', '_'), 'other')
            as channel,
        campaigns.actual_cost * shares.share as amount
    from campaigns
    inner join shares on campaigns.campaign_id = shares.campaign_id
    union all
    select
        account_records.account_id,
        files_spend.spend_date,
        coalesce(files_spend.channel, 'other') as channel,
        files_spend.amount * currencies.rate as amount
    from files_spend
    cross join policy
    inner join account_records
        on
            {{ record_key('files', 'files_spend.account_id') }}
            = account_records.record_key
    inner join currencies
        on
            coalesce(files_spend.currency_code, policy.currency_code)
            = currencies.currency_code
),

monthly as (
    select
        account_id,
        cast({{ dbt.date_trunc('month', 'spend_date') }} as date)
            as spend_month,
        channel,
        {{ exact_sum('amount') }} as amount
    from spent
    group by
        account_id,
        cast({{ dbt.date_trunc('month', 'spend_date') }} as date),
        channel
)

select * from monthly
