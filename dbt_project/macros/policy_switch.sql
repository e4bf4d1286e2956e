{# A yes or no of the policy; what it does not say is no. #}
{% macro policy_switch(setting) -%}
coalesce((
    select policy_settings.value_boolean
    from {{ ref('stg_ops__policy_settings') }} as policy_settings
    where policy_settings.setting = '{{ setting }}'
), false)
{%- endmacro %}
