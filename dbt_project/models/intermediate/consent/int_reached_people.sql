{# Whom each platform may be told of, in accounts whose style has an audience
   of people: a basis that is enough there and not too old, no suppression, and
   for Google its two signals where they are needed. #}
with

styles as (
    select distinct style from {{ ref('stg_ops__policy_audiences') }}
    where holds = 'people'
),

accounts as (
    select account_styles.account_id
    from {{ ref('int_account_styles') }} as account_styles
    inner join styles on account_styles.effective_style = styles.style
),

people as (
    select people.person_id, people.account_id, people.country
    from {{ ref('int_people') }} as people
    inner join accounts on people.account_id = accounts.account_id
),

countries as (
    select country_as_written, country from {{ ref('countries') }}
),

{# What is no country of ours is unknown, though it may have two letters. #}
located as (
    select people.person_id, people.account_id, countries.country
    from people
    left join countries on lower(people.country) = countries.country_as_written
),

consents as (
    select consents.*
    from {{ ref('int_consents') }} as consents
    inner join people on consents.person_id = people.person_id
),

bases as (
    select destination, basis from {{ ref('stg_ops__policy_consent_bases') }}
),

signal_countries as (
    select country from {{ ref('stg_ops__policy_signal_countries') }}
),

suppressed as (
    select distinct subject_key as person_id from {{ ref('int_suppressions') }}
    where subject_kind = 'person' and from_ads
),

settings as (
    select
        as_of_date,
        cast({{ policy_number('consent.maximum_age_days') }} as integer)
            as maximum_age_days
    from {{ ref('stg_ops__build_context') }}
),

{# A basis is of its day to the last day of its age; one of a day to come is
   not yet. Without a maximum age a basis needs no date. #}
in_force as (
    select
        consents.person_id,
        consents.purpose,
        consents.status,
        consents.basis,
        consents.source,
        consents.granted_on,
        consents.status = 'granted' and (
            case
                when consents.granted_on is null
                    then settings.maximum_age_days is null
                else
                    consents.granted_on <= settings.as_of_date
                    and (
                        settings.maximum_age_days is null
                        or {{ dbt.datediff(
                            'consents.granted_on', 'settings.as_of_date', 'day'
                        ) }} <= settings.maximum_age_days
                    )
            end
        ) as is_in_force
    from consents
    cross join settings
),

signals as (
    select
        {% for signal in ['ad_user_data', 'ad_personalization'] -%}
        max(case
            when purpose <> '{{ signal }}' then null
            when status in ('denied', 'opted_out', 'unreadable') then 'DENIED'
            when is_in_force and basis = 'consent' then 'GRANTED'
        end) as {{ signal }},
        {% endfor -%}
        person_id
    from in_force
    group by person_id
),

allowed as (
    select
        bases.destination,
        located.person_id,
        located.account_id,
        located.country,
        signals.ad_user_data,
        signals.ad_personalization,
        {{ dbt.concat([
            "replace(in_force.basis, '_', ' ')", "', '", 'in_force.source',
            "coalesce(" ~ dbt.concat([
                "', '",
                'cast(in_force.granted_on as ' ~ dbt.type_string() ~ ')',
            ]) ~ ", '')",
        ]) }} as consent_basis
    from located
    inner join in_force
        on
            located.person_id = in_force.person_id
            and in_force.purpose = 'advertising'
            and in_force.is_in_force
    inner join bases on in_force.basis = bases.basis
    inner join signals on located.person_id = signals.person_id
    left join suppressed on located.person_id = suppressed.person_id
    left join signal_countries on located.country = signal_countries.country
    where
        suppressed.person_id is null
        and (
            bases.destination <> 'google'
            or case
                when
                    signals.ad_user_data = 'DENIED'
                    or signals.ad_personalization = 'DENIED'
                    then false
                when
                    located.country is null
                    or signal_countries.country is not null
                    then
                        signals.ad_user_data = 'GRANTED'
                        and signals.ad_personalization = 'GRANTED'
                else true
            end
        )
)

select * from allowed
