{# A CRM text field holds 255 characters; longer names end in an ellipsis. #}
{% macro short_text(text, length=255) -%}
case
    when length({{ text }}) > {{ length }}
        then {{ dbt.concat(["left(" ~ text ~ ", " ~ (length - 3) ~ ")", "'...'"]) }}
    else {{ text }}
end
{%- endmacro %}
