{# The metrics kept per style and month, by family: engagement, pipeline,
   revenue, cycle, economics, mix. #}
{% macro style_metrics() %}
    {{ return([
        'accounts_engaged', 'activities', 'engaged_minutes', 'meetings',
        'website_visits', 'content_downloads', 'people_engaged_per_account',
        'opportunities_created', 'opportunities_open', 'opportunities_won',
        'win_rate', 'median_deal_size', 'pipeline_velocity',
        'revenue_won', 'acquisition_revenue', 'expansion_revenue',
        'customers_retained', 'retention_rate',
        'median_cycle_days',
        'spend', 'spend_share', 'yearly_spend_per_account',
        'planned_spend_per_account', 'cost_per_engaged_account',
        'accounts', 'customer_share',
    ]) }}
{% endmacro %}
