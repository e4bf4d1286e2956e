{# The text before the first of each mark, one after another; the whole text where no mark stands in it. #}
{% macro before_first(text, marks) -%}
    {%- if marks -%}
        {{ before_first(dbt.split_part(text, "'" ~ marks[0] ~ "'", 1) | trim, marks[1:]) }}
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}
