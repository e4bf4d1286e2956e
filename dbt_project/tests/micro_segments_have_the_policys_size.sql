select micro_segment_id, accounts
from {{ ref('dim_micro_segments') }}
where
    accounts < {{ policy_number('micro_segments.minimum_accounts') }}
    or accounts > {{ policy_number('micro_segments.maximum_accounts') }}
