{# What an outcome of a row means and what becomes of it, for people who do not know the codes. #}
{% macro sync_reason_in_words(outcome, reason_code) -%}
case
    when {{ outcome }} is null then 'not sent yet'
    when {{ outcome }} in ('created', 'updated', 'removed')
        then 'the platform has it as we want it'
    when {{ outcome }} = 'unchanged' then 'the platform had it already'
    when {{ outcome }} = 'refused'
        then 'the platform does not take this content; sent again when it changes'
    when {{ reason_code }} = 'dry_run'
        then 'only planned, to be looked at; nothing was sent'
    when {{ reason_code }} = 'guard'
        then 'its run was held by a guard or a person; planned anew next night'
    when {{ reason_code }} = 'superseded'
        then 'a newer release or plan overtook its run; planned anew'
    when {{ reason_code }} = 'LEAVE_BEFORE_JOIN'
        then 'waits until it has left its former audience'
    when {{ reason_code }} in ('PLATFORM_DOWN', 'UNREACHABLE')
        then 'the platform did not answer; comes again by itself'
    when {{ outcome }} = 'failed'
        then 'a passing fault of the platform; comes again by itself'
    else 'held back; planned anew next night'
end
{%- endmacro %}
