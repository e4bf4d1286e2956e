{# The metrics kept per style and month. Each is of one family and speaks of one
   track: accounts that are customers, accounts that are not yet (acquisition),
   or all. Returns take a year to show; what is no return leads. #}
{% macro style_metrics() %}
    {% set metrics = {} %}
    {% for family, track, is_return, names in [
        ('engagement', 'all', false, [
            'accounts_engaged', 'activities', 'engaged_minutes', 'meetings',
            'website_visits', 'content_downloads', 'social_engagements',
            'collaborations', 'people_engaged_per_account',
            'people_mailed', 'email_open_rate', 'email_click_rate',
            'buying_roles_per_account', 'buying_role_coverage',
        ]),
        ('pipeline', 'all', true, [
            'opportunities_created', 'opportunities_open', 'opportunities_won',
            'win_rate', 'median_deal_size', 'pipeline_velocity',
        ]),
        ('pipeline', 'acquisition', true, [
            'acquisition_opportunities_created',
            'acquisition_opportunities_open', 'acquisition_opportunities_won',
            'acquisition_win_rate', 'acquisition_median_deal_size',
            'acquisition_pipeline_velocity',
        ]),
        ('pipeline', 'customers', true, [
            'customer_opportunities_created', 'customer_opportunities_open',
            'customer_opportunities_won', 'customer_win_rate',
            'customer_median_deal_size', 'customer_pipeline_velocity',
        ]),
        ('revenue', 'all', true, ['revenue_won']),
        ('revenue', 'acquisition', true, [
            'acquisition_revenue', 'prospect_lifetime_value',
        ]),
        ('revenue', 'customers', true, [
            'expansion_revenue', 'customers_retained', 'retention_rate',
            'renewals_won', 'renewal_rate', 'reference_customers',
            'customer_lifetime_value',
        ]),
        ('cycle', 'all', true, ['median_cycle_days']),
        ('cycle', 'acquisition', true, ['acquisition_median_cycle_days']),
        ('cycle', 'customers', true, ['customer_median_cycle_days']),
        ('economics', 'all', false, [
            'spend', 'spend_share', 'yearly_spend_per_account',
            'planned_spend_per_account', 'cost_per_engaged_account',
        ]),
        ('economics', 'all', true, ['revenue_per_spend']),
        ('mix', 'all', false, ['accounts', 'customer_share']),
    ] %}
        {% for name in names %}
            {% do metrics.update({name: {
                'family': family, 'track': track, 'is_return': is_return,
            }}) %}
        {% endfor %}
    {% endfor %}
    {{ return(metrics) }}
{% endmacro %}
