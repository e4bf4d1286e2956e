with

months as (
    select * from {{ ref('int_style_month_metrics') }}
),

benchmarks as (
    select metric, style, benchmark, source from {{ ref('benchmarks') }}
),

metrics as (
    {% for metric in style_metrics() -%}
    select
        style,
        '{{ metric }}' as metric,
        month,
        cast({{ metric }} as decimal(20, 4)) as value,
        accounts
    from months
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

with_benchmarks as (
    select
        metrics.style,
        metrics.metric,
        metrics.month,
        metrics.value,
        metrics.accounts,
        cast(benchmarks.benchmark as decimal(20, 4)) as benchmark,
        benchmarks.source as benchmark_source
    from metrics
    left join benchmarks
        on
            metrics.metric = benchmarks.metric
            and metrics.style = benchmarks.style
)

select * from with_benchmarks
