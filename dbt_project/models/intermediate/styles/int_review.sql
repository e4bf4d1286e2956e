{# The first build of all is a review too: nothing is held yet. #}
with

build_context as (
    select as_of_date, is_review from {{ ref('stg_ops__build_context') }}
),

reviewed as (
    select
        build_context.as_of_date,
        build_context.is_review
        or not exists (
            select 1
            from {{ ledger_before('stg_ops__style_ledger') }} as earlier
        ) as is_review
    from build_context
)

select * from reviewed
