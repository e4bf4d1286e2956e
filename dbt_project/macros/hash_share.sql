{# A number from 0 up to 1, the same on every night and every engine: the first
   32 bits of the text's MD5. #}
{% macro hash_share(text) -%}
    {{ return(adapter.dispatch('hash_share')(text)) }}
{%- endmacro %}

{% macro default__hash_share(text) -%}
conv(substring(md5({{ text }}), 1, 8), 16, 10) / 4294967296.0
{%- endmacro %}

{% macro postgres__hash_share(text) -%}
cast(cast('x' || substring(md5({{ text }}), 1, 8) as bit(32)) as bigint)
/ 4294967296.0
{%- endmacro %}
