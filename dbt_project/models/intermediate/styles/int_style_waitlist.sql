with

places as (
    select
        account_id,
        style,
        style_rank,
        seats,
        place,
        is_seated,
        has_prospect_seat,
        is_customer,
        account_score
    from {{ ref('int_style_places') }}
    where is_enabled
),

{# What an account must beat: the last one that has a seat; a customer cannot
   take a seat kept for prospects. #}
entry_scores as (
    select
        style,
        min(account_score) as for_prospects,
        min(case when not has_prospect_seat then account_score end)
            as for_customers
    from places
    where is_seated
    group by style
),

waiting as (
    select
        *,
        row_number() over (
            partition by account_id order by style_rank
        ) as nth_wait
    from places
    where not is_seated
),

highest_wait as (
    select
        waiting.account_id,
        waiting.style,
        waiting.place,
        waiting.seats,
        case
            when waiting.is_customer then entry_scores.for_customers
            else entry_scores.for_prospects
        end as entry_score
    from waiting
    left join entry_scores on waiting.style = entry_scores.style
    where waiting.nth_wait = 1
)

select * from highest_wait
