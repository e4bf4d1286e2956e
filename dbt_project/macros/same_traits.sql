{# Whether two rows agree in all of these traits. #}
{% macro same_traits(left, right, traits) -%}
    {%- for trait in traits -%}
        {{ left }}.{{ trait }} = {{ right }}.{{ trait }}
        {%- if not loop.last %} and {% endif -%}
    {%- endfor -%}
{%- endmacro %}
