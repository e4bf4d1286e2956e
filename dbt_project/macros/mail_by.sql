{# People whom a mail reached, and those of them who opened or followed one, counted by some columns. #}
{% macro mail_by(keys, mail_days) -%}
{% set keys = keys | join(', ') -%}
select
    {{ keys }},
    min(first_mail_day) as first_mail_day,
    max(last_mail_day) as last_mail_day,
    sum(is_reached) as people_mailed,
    sum(is_reached * has_opened) as people_opened,
    sum(is_reached * has_clicked) as people_clicked
from (
    select
        {{ keys }},
        person_id,
        min(activity_date) as first_mail_day,
        max(activity_date) as last_mail_day,
        max(is_reached) as is_reached,
        max(has_opened) as has_opened,
        max(has_clicked) as has_clicked
    from {{ mail_days }}
    group by {{ keys }}, person_id
) as per_person
group by {{ keys }}
{%- endmacro %}
