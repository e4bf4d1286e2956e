{% set identifiers = [
    'SHA256_EMAIL', 'hashedEmail', 'hashedPhone', 'EMAIL', 'PHONE', 'FN', 'LN',
    'COUNTRY',
] %}

with

digests as (
    select record_key, platform, identifier, digest
    from {{ ref('stg_identity__digests') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

{# The record believed first speaks; the others fill its gaps. #}
ranked as (
    select
        person_records.person_id,
        digests.platform,
        digests.identifier,
        digests.digest,
        row_number() over (
            partition by
                person_records.person_id, digests.platform, digests.identifier
            order by
                case
                    when digests.record_key = person_records.person_id then 0
                    else 1
                end,
                digests.record_key
        ) as place
    from digests
    inner join person_records
        on digests.record_key = person_records.record_key
),

pivoted as (
    select
        {% for identifier in identifiers -%}
        max(case when identifier = '{{ identifier }}' then digest end)
            as {{ identifier | lower }},
        {% endfor -%}
        person_id,
        platform
    from ranked
    where place = 1
    group by person_id, platform
)

select * from pivoted
