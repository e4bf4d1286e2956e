{# The order in a pool, see docs/decisions/0015: nothing in it hangs on how rows were loaded. #}
{% macro best_first(score='ranking_score') -%}
{{ score }} desc nulls last, annual_potential desc nulls last, account_id asc
{%- endmacro %}
