with

owned as (
    select
        marketer,
        count(*) as clusters
    from {{ ref('dim_micro_segments') }}
    where marketer is not null
    group by marketer
)

select owned.marketer
from owned
inner join {{ ref('stg_ops__policy_marketers') }} as marketers
    on owned.marketer = marketers.marketer
where marketers.style = 'one_to_few' and owned.clusters > marketers.clusters
