{# 0 points at or below `zero_at`, 100 at or above `full_at`, logarithmic
   between: ten times the amount is always the same step. #}
{% macro log_points(amount, zero_at, full_at) -%}
100 * ln(greatest({{ amount }}, {{ zero_at }}) / {{ zero_at }})
/ ln({{ full_at }} / {{ zero_at }})
{%- endmacro %}
