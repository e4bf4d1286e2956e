with

models as (
    select account_id, model, evidence from {{ ref('int_account_models') }}
)

select * from models
