{# Companies only: no person's data enters, so that no person's opt-out can be
   missed. Style `none` holds whoever must never be in an audience. #}
with

styles as (
    select account_id, effective_style
    from {{ ref('fct_account_styles') }}
    where effective_style <> 'none'
),

accounts as (
    select
        account_id, account_name, domain, industry, city, country, is_customer
    from {{ ref('dim_accounts') }}
),

revenue as (
    select account_id, open_deals from {{ ref('int_account_revenue') }}
),

audiences as (
    select destination, style, audience
    from {{ ref('stg_ops__policy_audiences') }}
),

suppressed as (
    select distinct domain
    from {{ ref('stg_ops__policy_suppressed_domains') }}
),

eligible as (
    select accounts.*, styles.effective_style
    from styles
    inner join accounts on styles.account_id = accounts.account_id
    left join revenue on styles.account_id = revenue.account_id
    left join suppressed on accounts.domain = suppressed.domain
    where
        suppressed.domain is null
        and coalesce(accounts.domain, accounts.account_name) is not null
        and not (
            accounts.is_customer
            and {{ policy_switch('suppression.customers') }}
        )
        and not (
            coalesce(revenue.open_deals, 0) > 0
            and {{ policy_switch('suppression.open_opportunities') }}
        )
),

members as (
    select
        audiences.destination,
        audiences.audience,
        eligible.account_id as member_key,
        eligible.account_id,
        eligible.effective_style as style,
        case
            when audiences.destination = 'lists' then {{ json_object_text({
                'companyname': 'eligible.account_name',
                'companywebsite': 'eligible.domain',
                'companyemaildomain': 'eligible.domain',
                'industry': 'eligible.industry',
                'city': 'eligible.city',
                'companycountry': 'eligible.country',
            }) }}
            else {{ json_object_text({
                'companyName': 'eligible.account_name',
                'companyWebsiteDomain': 'eligible.domain',
                'city': 'eligible.city',
                'country': 'eligible.country',
            }) }}
        end as identifiers,
        'company data, no person' as consent_basis
    from eligible
    inner join audiences on eligible.effective_style = audiences.style
)

select * from members
