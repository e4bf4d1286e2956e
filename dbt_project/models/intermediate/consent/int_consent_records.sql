{{ config(materialized='view') }}

{% set feeds = [
    ('salesforce', 'stg_salesforce__contacts', 'contact_id'),
    ('salesforce', 'stg_salesforce__leads', 'lead_id'),
    ('hubspot', 'stg_hubspot__contacts', 'contact_id'),
    ('files', 'stg_files__contacts', 'contact_id'),
] %}

with

{% for source, model, _ in feeds -%}
{{ model }} as (
    select * from {{ ref(model) }}
),

{% endfor -%}
purposes as (
    {% for purpose in consent_purposes() -%}
    select '{{ purpose }}' as purpose
    {{- '\n    union all' if not loop.last }}
    {% endfor -%}
),

said as (
    {% for source, model, id in feeds -%}
    select
        '{{ source }}' as source,
        {{ record_key(source, 'records.' ~ id) }} as record_key,
        purposes.purpose,
        case purposes.purpose
            {% for purpose in consent_purposes() -%}
            when '{{ purpose }}' then {{ said_basis(source, purpose) }}
            {% endfor -%}
        end as basis_as_written,
        case purposes.purpose
            {% for purpose in consent_purposes() -%}
            when '{{ purpose }}' then records.{{ purpose }}_source
            {% endfor -%}
        end as said_where,
        case purposes.purpose
            {% for purpose in consent_purposes() -%}
            when '{{ purpose }}' then records.{{ purpose }}_date
            {% endfor -%}
        end as said_on,
        records.is_opted_out or (
            records.is_opted_out_of_ads
            and purposes.purpose <> 'email_marketing'
        ) as is_opted_out
    from {{ model }} as records
    cross join purposes
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from said
where is_opted_out or basis_as_written is not null
