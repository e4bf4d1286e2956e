{# The least score, with one decimal, that would seat a waiting account. #}
with

waiting as (
    select
        waitlist.*,
        {{ exact_policy_number('review.score_margin') }} as score_margin
    from {{ ref('int_style_waitlist') }} as waitlist
),

compared as (
    select
        waiting.account_id,
        last_seats.ranking_score
        - case when waiting.has_margin then waiting.score_margin else 0 end
            as score_to_beat,
        {{ comes_before('waiting', 'last_seats') }} as wins_ties
    from waiting
    inner join {{ ref('int_style_last_seats') }} as last_seats
        on
            waiting.style = last_seats.style
            and waiting.is_customer = last_seats.for_customers
    where last_seats.account_id is not null
),

rounded as (
    select
        *,
        ceil(score_to_beat * 10) / 10 as next_decimal
    from compared
),

needed as (
    select
        account_id,
        cast(
            case
                when score_to_beat is null or score_to_beat < 0 then 0
                when next_decimal > score_to_beat or wins_ties
                    then next_decimal
                else next_decimal + 0.1
            end as decimal(5, 1)
        ) as points_needed
    from rounded
)

select * from needed
where points_needed <= 100
