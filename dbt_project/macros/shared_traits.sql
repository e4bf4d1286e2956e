{# What the accounts of a cluster share, in words, by the traits it has. #}
{% macro shared_traits(industry, imperative) -%}
case
    when {{ industry }} is not null and {{ imperative }} is not null
        then 'industry and imperative'
    when {{ industry }} is not null then 'industry'
    else 'imperative'
end
{%- endmacro %}
