with

metrics as (
    select * from {{ ref('int_style_metrics') }}
),

benchmarks as (
    select metric, style, benchmark, source from {{ ref('benchmarks') }}
),

programmes as (
    select style, mature_from from {{ ref('int_style_programmes') }}
),

with_benchmarks as (
    select
        metrics.style,
        metrics.metric,
        metrics.month,
        metrics.value,
        metrics.accounts,
        cast(benchmarks.benchmark as decimal(20, 4)) as benchmark,
        benchmarks.source as benchmark_source,
        metrics.family,
        metrics.track,
        metrics.is_return,
        {# An indicator leads from the first day; a return waits its year. #}
        coalesce(
            not metrics.is_return
            or programmes.mature_from <= metrics.last_day, false
        ) as is_mature
    from metrics
    left join programmes on metrics.style = programmes.style
    left join benchmarks
        on
            metrics.metric = benchmarks.metric
            and metrics.style = benchmarks.style
)

select * from with_benchmarks
