{# Whom one must be ahead of to be seated in a style whose seats are all given:
   the last of all for who is no customer, the last on no prospect seat for
   customers, who cannot take one. #}
with

seated as (
    select
        style,
        account_id,
        ranking_score,
        annual_potential,
        has_prospect_seat
    from {{ ref('int_style_proposals') }}
    where is_seated and seats is not null
),

seats_given as (
    select
        style,
        count(*) as used
    from seated
    group by style
),

for_everyone as (
    select
        *,
        false as for_customers
    from seated
    union all
    select
        *,
        true as for_customers
    from seated
    where not has_prospect_seat
),

from_the_last as (
    select
        *,
        row_number() over (
            partition by style, for_customers
            order by
                ranking_score asc nulls first,
                annual_potential asc nulls first,
                account_id desc
        ) as place
    from for_everyone
),

kinds as (
    select false as for_customers
    union all
    select true as for_customers
),

last_seats as (
    select
        styles.style,
        styles.style_rank,
        kinds.for_customers,
        styles.is_enabled
        and (
            styles.seats_left is null
            or styles.seats_left > coalesce(seats_given.used, 0)
        ) as has_free_seat,
        from_the_last.account_id,
        from_the_last.ranking_score,
        from_the_last.annual_potential
    from {{ ref('int_style_seats') }} as styles
    cross join kinds
    left join seats_given on styles.style = seats_given.style
    left join from_the_last
        on
            styles.style = from_the_last.style
            and kinds.for_customers = from_the_last.for_customers
            and from_the_last.place = 1
)

select * from last_seats
