{{ cltv_scores(
    ref('int_account_potential'),
    ref('int_account_revenue'),
    ref('stg_ops__build_context'),
) }}
