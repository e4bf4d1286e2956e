{# Lower-case words with a blank on either side of each: 'Sr. VP, IT/Data' becomes ' sr  vp  it data '. #}
{% macro words_between_blanks(text) -%}
    {%- set ns = namespace(words="lower(" ~ text ~ ")") -%}
    {%- for mark in [",", ".", "/", "-", "&", "(", ")"] -%}
        {%- set ns.words = "replace(" ~ ns.words ~ ", '" ~ mark ~ "', ' ')" -%}
    {%- endfor -%}
    ' ' || {{ ns.words }} || ' '
{%- endmacro %}
