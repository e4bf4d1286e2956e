{# The text of one policy setting, such as the currency. #}
{% macro policy_text(setting) -%}
(
    select policy_settings.value_text
    from {{ ref('stg_ops__policy_settings') }} as policy_settings
    where policy_settings.setting = '{{ setting }}'
)
{%- endmacro %}
