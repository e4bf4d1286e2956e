{# A JSON object as text from a mapping of member name to column; members whose
   column is null are left out, since platforms refuse null. #}
{% macro json_object_text(members) -%}
    {{ return(adapter.dispatch('json_object_text')(members)) }}
{%- endmacro %}

{% macro default__json_object_text(members) -%}
to_json(named_struct(
    {%- for name, column in members.items() %}
    '{{ name }}', {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
))
{%- endmacro %}

{% macro postgres__json_object_text(members) -%}
cast(json_strip_nulls(json_build_object(
    {%- for name, column in members.items() %}
    '{{ name }}', {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
)) as text)
{%- endmacro %}
