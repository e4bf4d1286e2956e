{# A marketer keeps clusters up to the own number, those of the lowest id;
   the others, largest first, go round the marketers with room. #}
with

members as (
    select account_id, micro_segment_id
    from {{ ref('int_micro_segment_members') }}
),

marketers as (
    select
        marketer,
        coalesce(clusters, 0) as clusters
    from {{ ref('stg_ops__policy_marketers') }}
    where style = 'one_to_few'
),

last_owners as (
    select
        ledger.micro_segment_id,
        ledger.marketer,
        row_number() over (
            partition by ledger.micro_segment_id
            order by
                max(ledger.valid_from) desc,
                count(*) desc,
                ledger.marketer asc
        ) as place
    from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
    where ledger.ended_on is null and ledger.marketer is not null
    group by ledger.micro_segment_id, ledger.marketer
),

clusters as (
    select
        micro_segment_id,
        count(*) as accounts
    from members
    group by micro_segment_id
),

ranked as (
    select
        clusters.micro_segment_id,
        marketers.marketer,
        marketers.clusters,
        row_number() over (
            partition by marketers.marketer
            order by clusters.micro_segment_id
        ) as place
    from clusters
    inner join last_owners
        on
            clusters.micro_segment_id = last_owners.micro_segment_id
            and last_owners.place = 1
    inner join marketers on last_owners.marketer = marketers.marketer
),

kept as (
    select micro_segment_id, marketer from ranked
    where place <= clusters
),

carried as (
    select
        marketers.marketer,
        marketers.clusters,
        count(kept.micro_segment_id) as kept
    from marketers
    left join kept on marketers.marketer = kept.marketer
    group by marketers.marketer, marketers.clusters
),

{# The most clusters anybody runs bounds the rounds. #}
rounds as (
    select row_number() over (order by micro_segment_id) as round_number
    from clusters
),

rooms as (
    select
        carried.marketer,
        row_number() over (
            order by rounds.round_number, carried.marketer
        ) as place
    from carried
    inner join rounds
        on
            carried.kept < rounds.round_number
            and carried.clusters >= rounds.round_number
),

waiting as (
    select
        clusters.micro_segment_id,
        row_number() over (
            order by clusters.accounts desc, clusters.micro_segment_id asc
        ) as place
    from clusters
    left join kept on clusters.micro_segment_id = kept.micro_segment_id
    where kept.micro_segment_id is null
),

owned as (
    select micro_segment_id, marketer from kept
    union all
    select
        waiting.micro_segment_id,
        rooms.marketer
    from waiting
    left join rooms on waiting.place = rooms.place
)

select * from owned
