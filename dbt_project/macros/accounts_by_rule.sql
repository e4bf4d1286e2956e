{# CTEs up to `matches`: which account of `accounts` has the trait of which rule
   of `rules` (attribute, value_text in matching text, or value_from and
   value_below). `regions` has each country's region. #}
{% macro accounts_by_rule() -%}
texts as (
    {% for attribute, name in {
        'industry': 'industry', 'country': 'country', 'city': 'city',
        'competitor': 'incumbent', 'imperative': 'imperative',
    }.items() -%}
    select
        account_id,
        '{{ attribute }}' as attribute,
        {{ matching_text(name) }} as value_text
    from accounts
    where {{ name }} is not null
    union all
    {% endfor -%}
    select
        accounts.account_id,
        'region' as attribute,
        {{ matching_text('regions.region') }} as value_text
    from accounts
    inner join regions on accounts.country = regions.country
),

{# ';crm;data warehouse;': a technology is found between its semicolons. #}
technologies as (
    select
        account_id,
        {{ dbt.concat([
            "';'",
            "replace(replace(" ~ matching_text('technologies')
            ~ ", '; ', ';'), ' ;', ';')",
            "';'",
        ]) }} as value_list
    from accounts
    where technologies is not null
),

numbers as (
    {% for name in ['employees', 'annual_revenue'] -%}
    select
        account_id,
        '{{ name }}' as attribute,
        {{ money(name) }} as value_number
    from accounts
    where {{ name }} is not null
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

matches as (
    select texts.account_id, rules.*
    from texts
    inner join rules
        on
            texts.attribute = rules.attribute
            and texts.value_text = rules.value_text
    union all
    select technologies.account_id, rules.*
    from technologies
    inner join rules
        on
            rules.attribute = 'technology'
            and {{ dbt.position(
                dbt.concat(["';'", 'rules.value_text', "';'"]),
                'technologies.value_list'
            ) }} > 0
    union all
    select numbers.account_id, rules.*
    from numbers
    inner join rules
        on
            numbers.attribute = rules.attribute
            and numbers.value_number
            >= coalesce(rules.value_from, numbers.value_number)
            and (
                numbers.value_number < rules.value_below
                or rules.value_below is null
            )
    where rules.value_text is null
),
{%- endmacro %}
