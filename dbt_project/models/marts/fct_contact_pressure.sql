with

touches as (
    select * from {{ ref('int_contact_touches') }}
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

caps as (
    {% for style in styles() -%}
    select
        '{{ style }}' as style,
        {{ policy_number('contact_pressure.max_touches_per_person.' ~ style) }}
            as max_touches_per_person
    {%- if not loop.last %}
    union all
    {% endif -%}
    {%- endfor %}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

pressed as (
    select
        touches.account_id,
        build_context.as_of_date,
        styles.effective_style as style,
        cast(max(caps.max_touches_per_person) as integer)
            as max_touches_per_person,
        count(*) as people,
        cast(sum(touches.touches) as bigint) as touches,
        cast(max(touches.touches) as bigint) as most_touches,
        cast(sum(
            case
                when touches.touches > caps.max_touches_per_person then 1
                else 0
            end
        ) as bigint) as people_over
    from touches
    cross join build_context
    inner join styles on touches.account_id = styles.account_id
    left join caps on styles.effective_style = caps.style
    group by
        touches.account_id, styles.effective_style, build_context.as_of_date
)

select * from pressed
