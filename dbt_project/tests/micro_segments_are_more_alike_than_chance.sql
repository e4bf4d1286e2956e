{# A warning: in a world of a few accounts, chance may be as good. #}
{{ config(severity='warn') }}

select
    sum(similarity * accounts) as similarity,
    sum(random_similarity * accounts) as random_similarity
from {{ ref('dim_micro_segments') }}
having
    count(*) > 1
    and sum(similarity * accounts) <= sum(random_similarity * accounts)
