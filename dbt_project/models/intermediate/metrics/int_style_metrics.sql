with

months as (
    select * from {{ ref('int_style_month_metrics') }}
),

metrics as (
    {% for metric, traits in style_metrics().items() -%}
    select
        style,
        '{{ metric }}' as metric,
        month,
        last_day,
        cast({{ metric }} as decimal(20, 4)) as value,
        accounts,
        '{{ traits.family }}' as family,
        '{{ traits.track }}' as track,
        {{ 'true' if traits.is_return else 'false' }} as is_return
    from months
    {{ "union all" if not loop.last }}
    {% endfor -%}
)

select * from metrics
