{# Read once, by the scores: five times their rows are not worth a table. #}
{{ config(materialized='view') }}

{{ account_factors({
    'revenue_potential': ref('int_revenue_potential_scores'),
    'strategic_fit': ref('int_strategic_fit_scores'),
    'influence': ref('int_influence_scores'),
    'engagement': ref('int_engagement_scores'),
    'cltv': ref('int_cltv_scores'),
}) }}
