{#
    The condition that keeps a night's work to what was landed since the model last ran. Each feed has its own mark, read from
    the model itself: an emptied table is filled again, and one source's rows never hide another's.
#}
{% macro newly_landed(feed) -%}
    {%- if is_incremental() -%}
    landed_at > coalesce(
            (
                select max(seen.landed_at) from {{ this }} as seen
                where seen.feed = '{{ feed }}'
            ),
            cast('1970-01-01' as {{ dbt.type_timestamp() }})
        )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
