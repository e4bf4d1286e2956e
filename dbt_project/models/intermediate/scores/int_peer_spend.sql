{{ peer_spend(ref('int_account_revenue')) }}
