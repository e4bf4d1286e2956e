{{ engagement_scores(ref('stg_ops__build_context')) }}
