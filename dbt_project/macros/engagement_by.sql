{# Engagement summed by some columns: how much, how often, how many people. #}
{% macro engagement_by(keys, activities) -%}
{% set keys = keys | join(', ') -%}
{% set counted_types = {
    'meeting': 'meetings',
    'web_visit': 'website_visits',
    'content_download': 'content_downloads',
    'social_engagement': 'social_engagements',
    'collaboration': 'collaborations',
} -%}
select
    {{ keys }},
    min(first_active_day) as first_active_day,
    max(last_active_day) as last_active_day,
    count(person_id) as people,
    sum(activities) as activities,
    {% for metric in counted_types.values() -%}
    sum({{ metric }}) as {{ metric }},
    {% endfor -%}
    sum(minute_parts) as minute_parts
from (
    select
        {{ keys }},
        person_id,
        min(activity_date) as first_active_day,
        max(activity_date) as last_active_day,
        sum(cast(activities as integer)) as activities,
        {% for activity_type, metric in counted_types.items() -%}
        sum(
            case
                when activity_type = '{{ activity_type }}'
                    then cast(activities as integer)
                else 0
            end
        ) as {{ metric }},
        {% endfor -%}
        {# Hundredths of a minute: whole numbers add up the same in every
           order. #}
        sum(cast(round(minutes * 100) as integer)) as minute_parts
    from {{ activities }}
    group by {{ keys }}, person_id
) as per_person
group by {{ keys }}
{%- endmacro %}
