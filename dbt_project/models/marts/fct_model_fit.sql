with

evidence as (
    select model, share, threshold, evidence
    from {{ ref('int_model_evidence') }}
),

judged as (
    select
        model,
        case
            when share is null then 'no_data'
            when share >= threshold then 'strong'
            when share >= threshold / 2 then 'partial'
            else 'weak'
        end as fit,
        evidence
    from evidence
),

{% set words = {
    'large_account': {
        'strong': 'Growth hangs on very few companies: plan them one by one',
        'partial': 'A few large companies matter: plan those, not the rest',
        'weak': 'Revenue is spread widely: large accounts alone do not carry',
    },
    'named_account': {
        'strong': 'Sellers hold lists they can work: align marketing with them',
        'partial': 'Some lists are workable: even them out before relying on it',
        'weak': 'Lists are too short or too long to be worked by name',
    },
    'industry_segment': {
        'strong': 'Revenue comes from small, well-defined markets: go by them',
        'partial': 'Some small markets carry revenue: try the model in those',
        'weak': 'Markets are too broad for a plan per industry',
    },
    'customer_marketing': {
        'strong': 'Enough customers to keep, grow and win as references',
        'partial': 'A small base of customers: start with retention',
        'weak': 'Few customers yet: always fitting, little to work with',
    },
} %}
worded as (
    select
        model,
        fit,
        coalesce(evidence, 'Nothing recorded to judge by') as evidence,
        case
            {% for model, verdicts in words.items() -%}
            {% for fit, verdict in verdicts.items() -%}
            when model = '{{ model }}' and fit = '{{ fit }}'
                then '{{ verdict }}'
            {% endfor -%}
            {% endfor -%}
            else 'Cannot be judged: the data it needs is not there'
        end as verdict
    from judged
)

select * from worded
