{# 2 where the policy says `influence: {size_points: 2}` and the setting is
   'influence.size_points'. One scalar, so that it stands in any expression. #}
{% macro policy_number(setting) -%}
(
    select policy_settings.value_number
    from {{ ref('stg_ops__policy_settings') }} as policy_settings
    where policy_settings.setting = '{{ setting }}'
)
{%- endmacro %}
