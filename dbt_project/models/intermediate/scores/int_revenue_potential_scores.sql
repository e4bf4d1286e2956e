{{ revenue_potential_scores(ref('int_account_potential')) }}
