{# The order in which a reserve's seats are given: who has one, who is renewed,
   programmes, qualified accounts; among the last the most urgent, then the best
   score. Leases that run have neither, and keep theirs by age. #}
{% macro lease_order(rows) -%}
{{ rows }}.queue asc,
{{ rows }}.starts_on asc,
{{ rows }}.priority asc,
case when {{ rows }}.account_score is null then 1 else 0 end asc,
{{ rows }}.account_score desc,
{{ rows }}.account_id asc
{%- endmacro %}
