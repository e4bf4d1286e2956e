{# ' Executive  Sponsor' -> 'executive sponsor'; null where nothing is left. #}
{% macro comparable_text(text) -%}
    {{ single_blanks("lower(replace(" ~ text ~ ", '_', ' '))") }}
{%- endmacro %}
