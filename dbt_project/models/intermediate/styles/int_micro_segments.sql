with

members as (
    select
        micro_segment_id, account_id, employees, industry, country, part, parts
    from {{ ref('int_micro_segment_members') }}
),

accounts as (
    select account_id, owner_id, industry, country
    from {{ ref('int_accounts') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

with_details as (
    select
        members.*,
        accounts.owner_id,
        {{ matching_text('accounts.industry') }} as industry_name,
        accounts.country as country_name,
        coalesce(revenue.won_deals > 0, false) as is_customer
    from members
    inner join accounts on members.account_id = accounts.account_id
    left join revenue on members.account_id = revenue.account_id
),

owner_counts as (
    select
        micro_segment_id,
        owner_id,
        row_number() over (
            partition by micro_segment_id
            order by count(*) desc, owner_id asc
        ) as place
    from with_details
    where owner_id is not null
    group by micro_segment_id, owner_id
),

summed as (
    select
        micro_segment_id,
        min(industry_name) as industry_name,
        case when min(country) is not null then min(country_name) end
            as country_name,
        min(part) as part,
        min(parts) as parts,
        min(employees) as least_employees,
        max(employees) as most_employees,
        count(*) as accounts,
        sum(case when is_customer then 1 else 0 end) as customers
    from with_details
    group by micro_segment_id
),

named as (
    select
        summed.micro_segment_id,
        {{ dbt.concat([
            "upper(left(summed.industry_name, 1))",
            "substring(summed.industry_name, 2)",
            "coalesce(" ~ dbt.concat(["', '", "summed.country_name"])
            ~ ", ', several countries')",
            "case when summed.parts > 1 then " ~ dbt.concat([
                "', '", "cast(summed.least_employees as bigint)", "' to '",
                "cast(summed.most_employees as bigint)", "' employees'"
            ]) ~ " else '' end",
        ]) }} as name,
        summed.accounts,
        summed.customers,
        summed.industry_name,
        owner_counts.owner_id
    from summed
    left join owner_counts
        on
            summed.micro_segment_id = owner_counts.micro_segment_id
            and owner_counts.place = 1
)

select * from named
