{# What to say of a row of fct_style_economics: of a style, where plan and
   spend lie against its band; of the company, ABM's share of the budget. #}
{% macro spend_verdict() -%}
case
    when style = 'all' and planned_budget_share is null
        then {{ dbt.concat([
            "'ABM''s share of the marketing budget (others: '",
            percent('benchmark'),
            "') is known once marketing_budget.annual is told'",
        ]) }}
    when style = 'all'
        then {{ dbt.concat([
            "'ABM plans '", percent('planned_budget_share'),
            "case when actual_budget_share is null then '' else "
            ~ dbt.concat(["' and spends '", percent('actual_budget_share')])
            ~ " end",
            "' of the marketing budget; others '", percent('benchmark'),
        ]) }}
    when planned_spend_per_account < band_low
        then 'An account is planned below the band: too little for the style'
    when planned_spend_per_account > band_high
        then 'An account is planned above the band: more than the style asks'
    when accounts = 0 then 'No accounts'
    when actual_spend_per_account is null
        then 'The plan is within the band; no spend is recorded'
    when actual_spend_per_account < band_low
        then 'Accounts get less than the band: the style is promised, not lived'
    when actual_spend_per_account > band_high
        then 'Accounts cost more than the band: fewer of them, or another style'
    else 'Plan and spend are within the band'
end
{%- endmacro %}
