with

revenue as (
    select account_id, yearly_spend
    from {{ ref('int_account_revenue') }}
    where yearly_spend > 0
),

ranked as (
    select
        yearly_spend,
        row_number() over (
            order by yearly_spend asc, account_id asc
        ) as place_from_below,
        row_number() over (
            order by yearly_spend desc, account_id asc
        ) as place_from_above,
        count(*) over () as customers
    from revenue
),

summed as (
    select
        count(*) as customers,
        sum(yearly_spend) as revenue,
        sum(
            case
                when place_from_above <= {{ benchmark('top_accounts') }}
                    then yearly_spend
                else 0
            end
        ) as revenue_of_top,
        sum(yearly_spend * place_from_below) as ranked_revenue
    from ranked
),

with_shares as (
    select
        customers,
        {{ ratio('revenue_of_top', 'revenue') }} as top_share,
        2 * {{ ratio('ranked_revenue', 'customers * revenue') }}
        - {{ ratio('customers + 1', 'customers') }} as gini
    from summed
)

select * from with_shares
