with

evidence as (
    select model, share, threshold, is_ruled_out, is_called_for, evidence
    from {{ ref('int_model_evidence') }}
),

judged as (
    select
        model,
        case
            when share is null then 'no_data'
            when is_ruled_out then 'ruled_out'
            when share >= threshold then 'strong'
            when share >= threshold / 2 then 'partial'
            when is_called_for then 'called_for'
            else 'weak'
        end as judgement,
        evidence
    from evidence
),

{% set words = {
    'abm': {
        'strong': 'Long cycles, large deals and few customers too big to lose: '
            ~ 'ABM belongs here',
        'partial': 'Two of the three signs of ABM: use it for the top, '
            ~ 'targeted marketing for the rest',
        'weak': 'Not here: sales are too quick or too small, or nobody is too '
            ~ 'big to lose; targeted marketing serves better',
    },
    'large_account': {
        'strong': 'Growth hangs on very few companies: plan them one by one',
        'partial': 'A few large companies matter: plan those, not the rest',
        'weak': 'Revenue is spread widely: large accounts alone do not carry',
    },
    'named_account': {
        'strong': 'Sellers hold lists they can work: align marketing with them',
        'partial': 'Some lists are workable: even them out before relying on it',
        'weak': 'Lists are too short or too long to be worked by name',
        'ruled_out': 'The lists are only a guideline: too much is sold outside '
            ~ 'them for this model',
    },
    'industry_segment': {
        'strong': 'Revenue comes from small, well-defined markets: go by them',
        'partial': 'Some small markets carry revenue: try the model in those',
        'called_for': 'Markets are broad, but new ones were entered: use the '
            ~ 'model for those',
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
        case judgement
            when 'ruled_out' then 'weak'
            when 'called_for' then 'partial'
            else judgement
        end as fit,
        coalesce(evidence, 'Nothing recorded to judge by') as evidence,
        case
            {% for model, verdicts in words.items() -%}
            {% for judgement, verdict in verdicts.items() -%}
            when model = '{{ model }}' and judgement = '{{ judgement }}'
                then '{{ verdict }}'
            {% endfor -%}
            {% endfor -%}
            else 'Cannot be judged: the data it needs is not there'
        end as verdict
    from judged
)

select * from worded
