{# Whether a row has these traits of a micro-segment; with `only`, and none of
   the others. #}
{% macro has_traits(relation, traits, only=false) -%}
    {%- set tests = [] -%}
    {%- for trait in ['industry', 'imperative'] -%}
        {%- if trait in traits -%}
            {%- do tests.append(relation ~ '.' ~ trait ~ ' is not null') -%}
        {%- elif only -%}
            {%- do tests.append(relation ~ '.' ~ trait ~ ' is null') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ tests | join(' and ') }}
{%- endmacro %}
