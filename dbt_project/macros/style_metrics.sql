{# The metrics kept per style and month, by family: engagement, pipeline,
   revenue, cycle, economics, mix. #}
{% macro style_metrics() %}
    {{ return([
        'accounts_engaged', 'activities', 'engaged_minutes', 'meetings',
        'people_engaged_per_account',
        'opportunities_created', 'opportunities_won', 'win_rate',
        'median_deal_size',
        'revenue_won',
        'median_cycle_days',
        'spend', 'yearly_spend_per_account', 'cost_per_engaged_account',
        'accounts', 'customer_share',
    ]) }}
{% endmacro %}
