with

accounts as (
    select account_id, industry, country, city, employees, annual_revenue
    from {{ ref('int_accounts') }}
),

rules as (
    select
        profile,
        attribute,
        {{ matching_text('value_text') }} as value_text,
        value_from,
        value_below,
        cast(points as decimal(9, 2)) as points
    from {{ ref('stg_ops__policy_profiles') }}
),

texts as (
    {% for name in ['industry', 'country', 'city'] -%}
    select
        account_id,
        '{{ name }}' as attribute,
        {{ matching_text(name) }} as value_text
    from accounts
    where {{ name }} is not null
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

numbers as (
    {% for name in ['employees', 'annual_revenue'] -%}
    select
        account_id,
        '{{ name }}' as attribute,
        {{ money(name) }} as value_number
    from accounts
    where {{ name }} is not null
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

known as (
    select account_id from texts
    union distinct
    select account_id from numbers
),

matches as (
    select texts.account_id, texts.attribute, rules.profile, rules.points
    from texts
    inner join rules
        on
            texts.attribute = rules.attribute
            and texts.value_text = rules.value_text
    union all
    select numbers.account_id, numbers.attribute, rules.profile, rules.points
    from numbers
    inner join rules
        on
            numbers.attribute = rules.attribute
            and numbers.value_number
            >= coalesce(rules.value_from, numbers.value_number)
            and (
                numbers.value_number < rules.value_below
                or rules.value_below is null
            )
    where rules.value_text is null
),

best_rules as (
    select account_id, profile, attribute, max(points) as points
    from matches
    where points > 0
    group by account_id, profile, attribute
),

profile_points as (
    select
        account_id,
        profile,
        sum(points) as points,
        {{ dbt.listagg(
            "replace(attribute, '_', ' ')", "', '", "order by attribute"
        ) }} as matched_on
    from best_rules
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

scored as (
    select
        accounts.account_id,
        best_profiles.profile as best_profile,
        {{ points(
            'coalesce(best_profiles.points, case when known.account_id'
            ~ ' is not null then 0 end)'
        ) }} as score,
        best_profiles.matched_on
    from accounts
    left join best_profiles on accounts.account_id = best_profiles.account_id
    left join known on accounts.account_id = known.account_id
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
            ]) }}
        end as reason
    from scored
)

select * from with_reasons
