{# How an annual potential was found, as a seller would say it. #}
{% macro method_in_words(potential_method) -%}
case {{ potential_method }}
    when 'rep_estimate' then 'estimated by sales'
    when 'open_pipeline' then 'open pipeline'
    when 'peer_spend' then 'what peers spend'
    when 'won_revenue' then 'bought in the last year'
    else 'unknown'
end
{%- endmacro %}
