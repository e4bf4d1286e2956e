{# One number of the seed `benchmarks`, as a scalar. #}
{% macro benchmark(metric) -%}
(
    select benchmarks.benchmark
    from {{ ref('benchmarks') }} as benchmarks
    where benchmarks.metric = '{{ metric }}'
)
{%- endmacro %}
