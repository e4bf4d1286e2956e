with

bands as (
    select
        account_id, annual_potential, potential_method, value_band,
        wanted_style, exclusion
    from {{ ref('int_account_bands') }}
),

scores as (
    select account_id, account_score from {{ ref('int_account_scores') }}
),

seated as (
    select account_id, style, place, seats, has_prospect_seat
    from {{ ref('int_style_places') }}
    where is_seated
),

waitlist as (
    select account_id, style, place, seats, entry_score
    from {{ ref('int_style_waitlist') }}
),

decided as (
    select
        bands.account_id,
        bands.annual_potential,
        bands.potential_method,
        bands.value_band,
        bands.wanted_style,
        scores.account_score,
        coalesce(seated.style, 'none') as base_style,
        coalesce(seated.style, 'none') as effective_style,
        seated.place as rank_in_style,
        seated.seats as seat_limit,
        coalesce(seated.has_prospect_seat, false) as has_prospect_seat,
        waitlist.style as waitlist_style,
        waitlist.place as waitlist_rank,
        waitlist.seats as waitlist_seats,
        waitlist.entry_score as waitlist_entry_score,
        case
            when bands.exclusion is not null
                then {{ dbt.concat(["'excluded_'", 'bands.exclusion']) }}
            when waitlist.account_id is not null then 'waitlisted'
            when seated.style is null then 'no_style_open'
            when bands.value_band = 'unknown' then 'potential_unknown'
            when seated.style <> bands.wanted_style then 'style_disabled'
            when bands.value_band = 'below_bands' then 'below_bands'
            else 'band_and_seat'
        end as reason_code
    from bands
    inner join scores on bands.account_id = scores.account_id
    left join seated on bands.account_id = seated.account_id
    left join waitlist on bands.account_id = waitlist.account_id
)

select * from decided
