{# A style as people write it, in the form of the seed `style_aliases`:
   ' 1:Few ' -> '1:few', 'One-to-one' -> 'one_to_one'. #}
{% macro style_alias(text) -%}
    replace(replace(lower(trim({{ text }})), '-', '_'), ' ', '_')
{%- endmacro %}
