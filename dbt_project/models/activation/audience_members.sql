{# Companies only: no person's data enters, so that no person's opt-out can be
   missed. Style `none` holds whoever must never be in an audience. #}
with

styles as (
    select account_id, effective_style
    from {{ ref('fct_account_styles') }}
    where effective_style <> 'none'
),

reached as (
    select account_id from {{ ref('int_reached_accounts') }}
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

{# A platform knows a company by its domain, or else its name: accounts that it
   cannot tell apart are one member, and a company that changes is another. #}
eligible as (
    select
        accounts.*,
        styles.effective_style,
        coalesce(accounts.domain, lower(accounts.account_name)) as company_key
    from styles
    inner join reached on styles.account_id = reached.account_id
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

companies as (
    select
        eligible.*,
        row_number() over (
            partition by eligible.company_key order by eligible.account_id
        ) as place
    from eligible
),

members as (
    select
        audiences.destination,
        audiences.audience,
        companies.company_key as member_key,
        companies.account_id,
        companies.effective_style as style,
        case
            when audiences.destination = 'lists' then {{ json_object_text({
                'companyname': 'companies.account_name',
                'companywebsite': 'companies.domain',
                'companyemaildomain': 'companies.domain',
                'industry': 'companies.industry',
                'city': 'companies.city',
                'companycountry': 'companies.country',
            }) }}
            else {{ json_object_text({
                'companyName': 'companies.account_name',
                'companyWebsiteDomain': 'companies.domain',
                'city': 'companies.city',
                'country': 'companies.country',
            }) }}
        end as identifiers,
        'company data, no person' as consent_basis
    from companies
    inner join audiences on companies.effective_style = audiences.style
    where companies.place = 1
)

select * from members
