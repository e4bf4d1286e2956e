{# The five factors of the account score, as the policy names them. #}
{% macro score_factors() %}
    {{ return([
        'revenue_potential', 'strategic_fit', 'influence', 'engagement', 'cltv'
    ]) }}
{% endmacro %}
