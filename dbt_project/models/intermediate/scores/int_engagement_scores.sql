{{ engagement_scores(ref('int_engagement_dates')) }}
