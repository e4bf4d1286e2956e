{# Style `none` holds whoever must never be in an audience; who else is left out
   stands in int_suppressions, and whom a platform may be told of in
   int_reached_people. A person goes by digests alone, under the person's key. #}
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
        account_id, account_name, domain, industry, city, country
    from {{ ref('dim_accounts') }}
),

suppressed as (
    select distinct subject_key as account_id
    from {{ ref('int_suppressions') }}
    where subject_kind = 'account' and from_ads
),

audiences as (
    select destination, style, audience, holds
    from {{ ref('stg_ops__policy_audiences') }}
),

people as (
    select * from {{ ref('int_reached_people') }}
),

identifiers as (
    select * from {{ ref('int_person_identifiers') }}
),

eligible as (
    select accounts.*, styles.effective_style
    from styles
    inner join reached on styles.account_id = reached.account_id
    inner join accounts on styles.account_id = accounts.account_id
    left join suppressed on styles.account_id = suppressed.account_id
    where suppressed.account_id is null
),

{# A platform knows a company by its domain, or else its name: accounts that it
   cannot tell apart are one member, and a company that changes is another. #}
named as (
    select
        eligible.*,
        coalesce(eligible.domain, lower(eligible.account_name)) as company_key
    from eligible
    where coalesce(eligible.domain, eligible.account_name) is not null
),

companies as (
    select
        named.*,
        row_number() over (
            partition by named.company_key order by named.account_id
        ) as place
    from named
),

{# A list has a file for each platform: in each those whom it may be told of. #}
listed as (
    select
        audiences.audience,
        people.person_id,
        people.account_id,
        eligible.effective_style,
        people.consent_basis,
        max(case when people.destination = 'google' then people.country end)
            as region_code,
        max(identifiers.sha256_email) as sha256_email,
        max(identifiers.hashedemail) as hashed_email,
        max(identifiers.hashedphone) as hashed_phone,
        max(identifiers.email) as email,
        max(identifiers.phone) as phone,
        max(identifiers.fn) as first_name,
        max(identifiers.ln) as last_name,
        max(identifiers.country) as country
    from audiences
    inner join eligible on audiences.style = eligible.effective_style
    inner join people on eligible.account_id = people.account_id
    inner join identifiers
        on
            people.person_id = identifiers.person_id
            and people.destination = identifiers.platform
    where audiences.destination = 'lists' and audiences.holds = 'people'
    group by
        audiences.audience,
        people.person_id,
        people.account_id,
        eligible.effective_style,
        people.consent_basis
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
    where companies.place = 1 and audiences.holds = 'companies'
    union all
    select
        audiences.destination,
        audiences.audience,
        people.person_id as member_key,
        people.account_id,
        eligible.effective_style as style,
        case audiences.destination
            when 'google' then {{ json_object_text({
                'hashedEmail': 'identifiers.hashedemail',
                'hashedPhone': 'identifiers.hashedphone',
                'regionCode': 'people.country',
                'adUserData': 'people.ad_user_data',
                'adPersonalization': 'people.ad_personalization',
            }) }}
            when 'meta' then {{ json_object_text({
                'EMAIL': 'identifiers.email',
                'PHONE': 'identifiers.phone',
                'FN': 'identifiers.fn',
                'LN': 'identifiers.ln',
                'COUNTRY': 'identifiers.country',
            }) }}
            else {{ json_object_text({
                'SHA256_EMAIL': 'identifiers.sha256_email',
            }) }}
        end as identifiers,
        people.consent_basis
    from eligible
    inner join people on eligible.account_id = people.account_id
    inner join audiences
        on
            eligible.effective_style = audiences.style
            and people.destination = audiences.destination
    inner join identifiers
        on
            people.person_id = identifiers.person_id
            and people.destination = identifiers.platform
    where audiences.holds = 'people'
    union all
    select
        'lists' as destination,
        audience,
        person_id as member_key,
        account_id,
        effective_style as style,
        {{ json_object_text({
            'SHA256_EMAIL': 'sha256_email',
            'hashedEmail': 'hashed_email',
            'hashedPhone': 'hashed_phone',
            'regionCode': 'region_code',
            'EMAIL': 'email',
            'PHONE': 'phone',
            'FN': 'first_name',
            'LN': 'last_name',
            'COUNTRY': 'country',
        }) }} as identifiers,
        consent_basis
    from listed
)

select * from members
