{{ account_potential(ref('int_account_revenue'), ref('int_peer_spend')) }}
