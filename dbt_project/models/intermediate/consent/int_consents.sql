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
        bases.basis
    from records
    inner join person_records
        on records.record_key = person_records.record_key
    left join bases
        on lower(trim(records.basis_as_written)) = bases.basis_as_written
),

{# The latest word counts, a no before a yes of its day. A no without a date
   outweighs every yes, and a yes without one every dated yes outweighs. #}
ranked as (
    select
        *,
        max(case when is_opted_out then 1 else 0 end) over (
            partition by person_id, purpose
        ) as opt_outs,
        row_number() over (
            partition by person_id, purpose
            order by
                case
                    when basis_as_written is null then 3
                    when basis = 'denied' and said_on is null then 0
                    when said_on is not null then 1
                    else 2
                end asc,
                said_on desc,
                case when basis = 'denied' then 0 else 1 end asc,
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
            when basis is null then 'unreadable'
            else 'granted'
        end as status,
        case when basis <> 'denied' then basis end as basis,
        case
            when said_where is null then source
            else {{ dbt.concat(['said_where', "' ('", 'source', "')'"]) }}
        end as source,
        said_on
    from ranked
    where place = 1
)

select
    person_id,
    purpose,
    status,
    basis,
    source,
    case when status = 'granted' then said_on end as granted_on,
    case when status in ('denied', 'opted_out') and basis is null then said_on
    end as denied_on
from judged
