{# A response is an opportunity created since the account entered; while the
   test runs, and for none it had before. #}
with

members as (
    select * from {{ ref('int_experiment_members') }}
),

experiments as (
    select
        experiment,
        style,
        ends_on
    from {{ ref('stg_ops__policy_experiments') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

opportunities as (
    select distinct
        account_id,
        created_date
    from {{ ref('int_opportunities') }}
    where account_id is not null
),

responses as (
    select
        members.experiment,
        members.account_id,
        count(*) as opportunities
    from members
    inner join experiments
        on
            members.experiment = experiments.experiment
            and members.style = experiments.style
    inner join opportunities
        on
            members.account_id = opportunities.account_id
            and members.entered_on <= opportunities.created_date
    cross join build_context
    where
        opportunities.created_date <= build_context.as_of_date
        and (
            experiments.ends_on is null
            or opportunities.created_date <= experiments.ends_on
        )
    group by members.experiment, members.account_id
),

arms as (
    select
        members.experiment,
        members.style,
        members.arm,
        count(*) as accounts,
        count(responses.account_id) as responses,
        sum(case when members.has_changed_style then 1 else 0 end)
            as accounts_in_other_styles
    from members
    left join responses
        on
            members.experiment = responses.experiment
            and members.account_id = responses.account_id
    group by members.experiment, members.style, members.arm
)

select * from arms
