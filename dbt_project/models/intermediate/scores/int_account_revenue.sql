{{ account_revenue(ref('stg_ops__build_context')) }}
