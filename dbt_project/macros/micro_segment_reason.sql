{# Why an account is in its cluster, or in none, in a sentence. #}
{% macro micro_segment_reason(relation) -%}
    {%- set traits = shared_traits(
        relation ~ '.industry', relation ~ '.imperative'
    ) -%}
    {%- set few = [
        "'Fewer than '",
        "cast(" ~ policy_number('micro_segments.minimum_accounts')
        ~ " as integer)",
        "' such accounts share its industry or imperative'",
    ] -%}
case {{ relation }}.placement
    when 'held'
        then {{ dbt.concat(["'Stays: still shares the '", traits]) }}
    when 'joined'
        then {{ dbt.concat(["'Joined: shares the '", traits]) }}
    when 'formed'
        then {{ dbt.concat(["'Starts it with others of the same '", traits]) }}
    when 'nearest'
        then {{ dbt.concat(few + ["'; this is the nearest with room'"]) }}
    when 'no_room'
        then {{ dbt.concat(few + ["', and every cluster is full'"]) }}
    else {{ dbt.concat(few + ["'; the policy leaves them alone'"]) }}
end
{%- endmacro %}
