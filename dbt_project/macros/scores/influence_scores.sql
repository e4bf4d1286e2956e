{#
    Factor influence: six parts that add up, or the value a person has set.

    is_past: reference status and partner role have no history, and often
    follow a sale, so they are left out; a person's value counts from its date.
#}
{% macro influence_scores(revenue, dates, is_past=false) -%}
with

accounts as (
    select
        account_id,
        parent_account_id,
        ultimate_parent_id,
        employees,
        annual_revenue,
        {% if is_past -%}
        cast(null as {{ dbt.type_string() }}) as reference_status,
        cast(null as {{ dbt.type_string() }}) as partner_role,
        {%- else -%}
        {{ matching_text('reference_status') }} as reference_status,
        {{ matching_text('partner_role') }} as partner_role,
        {%- endif %}
        influence_manual,
        influence_author,
        influence_date
    from {{ ref('int_accounts') }}
),

peers as (
    select account_id, industry_key from {{ ref('int_account_peers') }}
),

customers as (
    select account_id from {{ revenue }}
    where won_deals > 0
),

as_of as (
    select as_of_date from {{ dates }}
),

heads_of_groups as (
    select distinct ultimate_parent_id as account_id
    from accounts
    where ultimate_parent_id <> account_id
),

{# What the policy says each status and role is worth. #}
{% for name, list in [
    ('statuses', 'references'), ('roles', 'partner_roles')
] -%}
{{ name }} as (
    select
        {{ matching_text("replace(setting, 'influence." ~ list ~ ".', '')") }}
            as value_text,
        max(value_number) as share
    from {{ ref('stg_ops__policy_settings') }}
    where setting like 'influence.{{ list }}.%'
    group by {{ matching_text("replace(setting, 'influence." ~ list ~ ".', '')") }}
),

{% endfor -%}
worth as (
    select
        {% for part in [
            'size', 'group', 'customer', 'reference', 'logo', 'partner'
        ] -%}
        {{ policy_number('influence.' ~ part ~ '_points') }}
            as {{ part }}_points,
        {% endfor -%}
        {{ policy_number('influence.logo_from') }} as logo_from
),

sized as (
    select
        accounts.*,
        case when accounts.employees is not null then percent_rank() over (
            partition by
                peers.industry_key,
                case when accounts.employees is null then 0 else 1 end
            order by accounts.employees
        ) end as rank_share,
        count(accounts.employees) over (
            partition by peers.industry_key
        ) as accounts_in_industry
    from accounts
    left join peers on accounts.account_id = peers.account_id
),

{# The only account of its industry is neither large nor small in it. #}
with_signals as (
    select
        sized.*,
        case
            when sized.employees is null then null
            when sized.accounts_in_industry = 1 then 0.5
            else sized.rank_share
        end as size_share,
        heads_of_groups.account_id is not null as heads_group,
        customers.account_id is not null as is_customer,
        coalesce(sized.annual_revenue >= worth.logo_from, false) as is_logo,
        coalesce(statuses.share, 0) as reference_share,
        coalesce(roles.share, 0) as partner_share,
        case
            when
                {% if is_past -%}
                sized.influence_date <= as_of.as_of_date
                {%- else -%}
                coalesce(sized.influence_date, as_of.as_of_date)
                <= as_of.as_of_date
                {%- endif %}
                then sized.influence_manual
        end as set_by_hand
    from sized
    cross join worth
    cross join as_of
    left join heads_of_groups
        on sized.account_id = heads_of_groups.account_id
    left join customers on sized.account_id = customers.account_id
    left join statuses on sized.reference_status = statuses.value_text
    left join roles on sized.partner_role = roles.value_text
),

scored as (
    select
        with_signals.*,
        {% for part in [
            'group', 'customer', 'reference', 'logo', 'partner'
        ] -%}
        worth.{{ part }}_points,
        {% endfor -%}
        case
            when with_signals.set_by_hand is not null
                then {{ points('with_signals.set_by_hand') }}
            when
                with_signals.size_share is not null
                or with_signals.heads_group
                or with_signals.is_customer
                or with_signals.is_logo
                or with_signals.reference_share > 0
                or with_signals.partner_share > 0
                then {{ points(
                    'worth.size_points * coalesce(with_signals.size_share, 0)'
                    ~ ' + case when with_signals.heads_group'
                    ~ ' then worth.group_points else 0 end'
                    ~ ' + case when with_signals.is_customer'
                    ~ ' then worth.customer_points else 0 end'
                    ~ ' + case when with_signals.is_logo'
                    ~ ' then worth.logo_points else 0 end'
                    ~ ' + worth.reference_points * with_signals.reference_share'
                    ~ ' + worth.partner_points * with_signals.partner_share'
                ) }}
        end as score
    from with_signals
    cross join worth
),

with_reasons as (
    select
        account_id,
        score,
        case
            when set_by_hand is not null then {{ dbt.concat([
                "'set to '", only_where_weak('score'),
                'cast(floor(set_by_hand) as integer)',
                "' by '",
                "coalesce(" ~ short_text('influence_author', 40) ~ ", 'hand')",
                "case when influence_date is null then '' else " ~ dbt.concat([
                    "' on '",
                    'cast(influence_date as ' ~ dbt.type_string() ~ ')',
                ]) ~ " end",
            ]) }}
            else {{ dbt.concat([
                "case when size_share is null then 'size unknown'"
                ~ " when size_share = 1 then 'the largest of its industry'"
                ~ " else " ~ dbt.concat([
                    "case when size_share < 0.5 then 'larger than only '"
                    ~ " else 'larger than ' end",
                    percent('size_share'), "' of its industry'",
                ]) ~ " end",
                "case when is_logo then ', a well-known name' else '' end",
                "case when heads_group then ', heads a group of companies'"
                ~ " else '' end",
                "case when reference_share = 1 then ', a reference'"
                ~ " when reference_share > 0 then "
                ~ dbt.concat([
                    "', in part a reference ('", 'reference_status', "')'",
                ])
                ~ " when is_customer and reference_status <> ''"
                ~ " then ', a customer, but no reference'"
                ~ " when is_customer"
                ~ " then ', a customer who can be a reference' else '' end",
                "case when partner_share > 0 then "
                ~ dbt.concat([
                    "case when partner_share < 1 then ', in part a partner ('"
                    ~ " else ', a partner (' end", 'partner_role', "')'",
                ]) ~ " else '' end",
                "case when score is null or not " ~ is_weak('score')
                ~ " or size_share < 0.5 or ("
                ~ "is_customer and reference_status <> ''"
                ~ " and reference_share = 0) then ''"
                ~ " when customer_points > 0 and not is_customer"
                ~ " then ', but no customer yet'"
                ~ " when logo_points > 0 and not is_logo"
                ~ " then ', but no well-known name'"
                ~ " when group_points > 0 and not heads_group"
                ~ " then ', but heads no group'"
                ~ " when partner_points > 0 and partner_share = 0"
                ~ " then ', but no partner'"
                ~ " when reference_points > 0 and reference_share = 0"
                ~ " then ', but no reference' else '' end",
            ]) }}
        end as reason
    from scored
)

select * from with_reasons
{%- endmacro %}
