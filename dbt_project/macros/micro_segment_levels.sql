{# What the accounts of a micro-segment share, finest first. A cluster has the
   traits of its level and no other, so its traits tell its level. #}
{% macro micro_segment_levels() %}
    {{ return([['industry', 'imperative'], ['industry'], ['imperative']]) }}
{% endmacro %}
