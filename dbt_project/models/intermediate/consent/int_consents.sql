with

records as (
    select * from {{ ref('int_consent_records') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

bases as (
    select basis_as_written, basis from {{ ref('consent_bases') }}
),

to_come as (
    select record_key, purpose from {{ ref('int_consents_to_come') }}
),

statements as (
    select
        person_records.person_id,
        records.purpose,
        records.record_key,
        records.source,
        records.basis_as_written,
        records.said_where,
        records.said_on,
        records.is_opted_out,
        bases.basis,
        bases.basis <> 'denied' and to_come.record_key is not null
            as is_yes_to_come,
        records.basis_as_written is not null and bases.basis is null
            as is_unreadable
    from records
    inner join person_records
        on records.record_key = person_records.record_key
    left join bases
        on lower(trim(records.basis_as_written)) = bases.basis_as_written
    left join to_come
        on
            records.record_key = to_come.record_key
            and records.purpose = to_come.purpose
),

{# The latest word counts, a no before a yes of its day. A no without a date
   outweighs every yes, and a yes without one every dated yes outweighs. A word
   that cannot be read may be a no: it gives way to none but a later yes, and
   takes no earlier no back. A yes of a day to come is not said yet. #}
ranked as (
    select
        *,
        max(case when is_opted_out then 1 else 0 end) over (
            partition by person_id, purpose
        ) as opt_outs,
        max(case when basis = 'denied' then 1 else 0 end) over (
            partition by person_id, purpose
        ) as refusals,
        max(case when basis = 'denied' then said_on end) over (
            partition by person_id, purpose
        ) as refused_on,
        row_number() over (
            partition by person_id, purpose
            order by
                case
                    when is_yes_to_come then 5
                    when basis_as_written is null then 4
                    when basis = 'denied' and said_on is null then 0
                    when is_unreadable and said_on is null then 1
                    when said_on is not null then 2
                    else 3
                end asc,
                said_on desc,
                case
                    when basis = 'denied' then 0
                    when is_unreadable then 1
                    else 2
                end asc,
                case when record_key = person_id then 0 else 1 end asc,
                record_key asc
        ) as place
    from statements
),

judged as (
    select
        person_id,
        purpose,
        case
            when opt_outs > 0 then 'opted_out'
            when basis = 'denied' then 'denied'
            when is_unreadable and refusals > 0 then 'denied'
            when basis is null then 'unreadable'
            else 'granted'
        end as status,
        case when basis <> 'denied' then basis end as basis,
        source,
        said_where,
        case when is_unreadable then refused_on else said_on end as said_on
    from ranked
    where place = 1
)

select
    person_id,
    purpose,
    status,
    basis,
    source,
    said_where,
    case when status = 'granted' then said_on end as granted_on,
    case when status in ('denied', 'opted_out') and basis is null then said_on
    end as denied_on
from judged
