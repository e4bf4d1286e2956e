with

accounts as (
    select
        account_id,
        coalesce(industry, country, city, incumbent, technologies) is not null
        or employees is not null
        or annual_revenue is not null as is_known
    from {{ ref('int_accounts') }}
),

rules as (
    select distinct profile, attribute
    from {{ ref('stg_ops__policy_profiles') }}
    where points > 0
),

matches as (
    select account_id, profile, attribute, points
    from {{ ref('int_profile_matches') }}
),

profile_points as (
    select
        account_id,
        profile,
        sum(points) as points,
        {{ dbt.listagg(
            "replace(attribute, '_', ' ')", "', '", "order by attribute"
        ) }} as matched_on
    from matches
    group by account_id, profile
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id order by points desc, profile asc
        ) as place
    from profile_points
),

best_profiles as (
    select account_id, profile, points, matched_on
    from ranked
    where place = 1
),

missed as (
    select
        best_profiles.account_id,
        {{ dbt.listagg(
            "replace(rules.attribute, '_', ' ')", "', '",
            "order by rules.attribute"
        ) }} as missed_on
    from best_profiles
    inner join rules on best_profiles.profile = rules.profile
    left join matches
        on
            best_profiles.account_id = matches.account_id
            and rules.profile = matches.profile
            and rules.attribute = matches.attribute
    where matches.account_id is null
    group by best_profiles.account_id
),

scored as (
    select
        accounts.account_id,
        best_profiles.profile as best_profile,
        {{ points(
            'coalesce(best_profiles.points, case when accounts.is_known'
            ~ ' then 0 end)'
        ) }} as score,
        best_profiles.matched_on,
        missed.missed_on
    from accounts
    left join best_profiles on accounts.account_id = best_profiles.account_id
    left join missed on accounts.account_id = missed.account_id
),

with_reasons as (
    select
        account_id,
        best_profile,
        score,
        case
            when score is null
                then 'fit unknown: no industry, country or size recorded'
            when best_profile is null
                then 'matches no ideal customer profile'
            else {{ dbt.concat([
                "'fits '", short_text("replace(best_profile, '_', ' ')", 60),
                "case when score < 50 then ' only' else '' end", "' by '",
                'matched_on',
                "case when missed_on is null then '' else "
                ~ dbt.concat(["', not by '", 'missed_on']) ~ " end",
            ]) }}
        end as reason
    from scored
)

select * from with_reasons
