{# Whether a test can show what it is for, in a sentence. #}
{% macro experiment_verdict(test) -%}
    {%- set held -%}
case {{ test }}.design when 'stepped' then 'that wait' else 'held out' end
    {%- endset -%}
    {%- set sizes = [
        test ~ ".available_held", "' accounts '", held, "' and '",
        test ~ ".available_treated", "' treated, where '",
        test ~ ".needed_held", "' and '", test ~ ".needed_treated",
        "' are needed'",
    ] -%}
case
    when {{ test }}.needed_held is null
        then 'Not to be sized: no share is held out, or no lift is possible'
    when {{ test }}.is_large_enough
        then {{ dbt.concat(["'Large enough: '"] + sizes) }}
    when {{ test }}.lift_it_would_show is null
        then {{ dbt.concat(["'Too small: '"] + sizes) }}
    else {{ dbt.concat(["'Too small: '"] + sizes + [
        "'; it would only show a lift from '",
        "cast(ceil(100 * " ~ test ~ ".lift_it_would_show) as integer)",
        "' % on. Test in more accounts, or for a larger lift'",
    ]) }}
end
{%- endmacro %}
