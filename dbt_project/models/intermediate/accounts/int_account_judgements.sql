with

judgements as (
    select * from {{ ref('int_account_judgements_unioned') }}
),

records as (
    select record_key, account_id, source_rank, record_id
    from {{ ref('int_account_records') }}
),

known as (
    select
        records.account_id,
        records.source_rank,
        records.record_id,
        judgements.created_at,
        judgements.imperative,
        judgements.technologies,
        judgements.incumbent,
        case
            when
                judgements.reference_status in (
                    'reference', 'candidate', 'none'
                )
                then judgements.reference_status
        end as reference_status,
        judgements.partner_role,
        case
            when judgements.influence_manual between 0 and 100
                then judgements.influence_manual
        end as influence_manual,
        judgements.influence_author,
        judgements.influence_date,
        case
            when judgements.mqa_answer in ('accepted', 'rejected')
                then judgements.mqa_answer
        end as mqa_answer,
        judgements.mqa_answer_reason,
        judgements.mqa_answered_on
    from judgements
    inner join records on judgements.record_key = records.record_key
    where
        coalesce(
            judgements.imperative, judgements.technologies,
            judgements.incumbent, judgements.reference_status,
            judgements.partner_role, judgements.mqa_answer
        ) is not null
        or judgements.influence_manual is not null
),

ranked as (
    select
        known.*,
        row_number() over (
            partition by known.account_id
            order by
                known.source_rank,
                case when known.created_at is null then 1 else 0 end,
                known.created_at, known.record_id
        ) as record_rank
    from known
),

{# A reason without an answer, or an author without a figure, says nothing. #}
filled as (
    select
        account_id,
        {{ first_known('imperative', 'account_id', 'record_rank') }}
            as imperative,
        {{ first_known('technologies', 'account_id', 'record_rank') }}
            as technologies,
        {{ first_known('incumbent', 'account_id', 'record_rank') }}
            as incumbent,
        {{ first_known('reference_status', 'account_id', 'record_rank') }}
            as reference_status,
        {{ first_known('partner_role', 'account_id', 'record_rank') }}
            as partner_role,
        row_number() over (
            partition by account_id
            order by
                case when influence_manual is null then 1 else 0 end asc,
                case when influence_date is null then 1 else 0 end asc,
                influence_date desc, record_rank asc
        ) as influence_rank,
        row_number() over (
            partition by account_id
            order by
                case when mqa_answer is null then 1 else 0 end asc,
                case when mqa_answered_on is null then 1 else 0 end asc,
                mqa_answered_on desc, record_rank asc
        ) as answer_rank,
        influence_manual,
        case when influence_manual is not null then influence_author end
            as influence_author,
        case when influence_manual is not null then influence_date end
            as influence_date,
        mqa_answer,
        case when mqa_answer is not null then mqa_answer_reason end
            as mqa_answer_reason,
        case when mqa_answer is not null then mqa_answered_on end
            as mqa_answered_on
    from ranked
),

{# What was filled is the same in every row of an account. #}
merged as (
    select
        account_id,
        min(imperative) as imperative,
        min(technologies) as technologies,
        min(incumbent) as incumbent,
        min(reference_status) as reference_status,
        min(partner_role) as partner_role,
        max(case when influence_rank = 1 then influence_manual end)
            as influence_manual,
        max(case when influence_rank = 1 then influence_author end)
            as influence_author,
        max(case when influence_rank = 1 then influence_date end)
            as influence_date,
        max(case when answer_rank = 1 then mqa_answer end) as mqa_answer,
        max(case when answer_rank = 1 then mqa_answer_reason end)
            as mqa_answer_reason,
        max(case when answer_rank = 1 then mqa_answered_on end)
            as mqa_answered_on
    from filled
    group by account_id
)

select * from merged
