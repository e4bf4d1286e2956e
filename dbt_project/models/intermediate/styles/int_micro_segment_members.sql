with

members as (
    select
        accounts.account_id,
        accounts.employees,
        nullif({{ slug('accounts.industry') }}, '') as industry,
        nullif({{ slug('accounts.country') }}, '') as country
    from {{ ref('int_accounts') }} as accounts
    inner join {{ ref('int_account_styles') }} as styles
        on accounts.account_id = styles.account_id
    where styles.effective_style = 'one_to_few'
),

sizes as (
    select
        {{ benchmark('cluster_accounts_minimum') }} as minimum,
        {{ benchmark('cluster_accounts_maximum') }} as maximum
),

fine as (
    select
        *,
        count(*) over (partition by industry, country) as accounts_alike
    from members
),

by_industry_and_country as (
    select
        fine.account_id,
        fine.employees,
        fine.industry,
        fine.country,
        coalesce(
            fine.accounts_alike >= sizes.minimum
            and fine.industry is not null and fine.country is not null, false
        ) as is_placed
    from fine
    cross join sizes
),

coarse as (
    select
        *,
        count(*) over (partition by industry) as accounts_alike
    from by_industry_and_country
    where not is_placed
),

grouped as (
    select
        account_id, employees, industry, country
    from by_industry_and_country
    where is_placed
    union all
    select
        coarse.account_id,
        coarse.employees,
        coarse.industry,
        null as country
    from coarse
    cross join sizes
    where
        coarse.industry is not null
        and coarse.accounts_alike >= sizes.minimum
),

counted as (
    select
        *,
        count(*) over (partition by industry, country) as accounts_alike,
        row_number() over (
            partition by industry, country
            order by employees desc nulls last, account_id asc
        ) - 1 as place
    from grouped
),

{# Even parts by size of company: neighbours in size stay together. #}
in_parts as (
    select
        counted.*,
        ceil(
            cast(counted.accounts_alike as decimal(9, 2)) / sizes.maximum
        ) as parts
    from counted
    cross join sizes
),

numbered as (
    select
        account_id,
        employees,
        industry,
        country,
        cast(parts as integer) as parts,
        cast(1 + floor(place * parts / accounts_alike) as integer) as part
    from in_parts
),

named as (
    select
        *,
        {{ dbt.concat([
            'industry', "'-'", "coalesce(country, 'all')", "'-'", 'part',
        ]) }} as micro_segment_id
    from numbered
)

select * from named
