{# Where the data tests that passed are remembered, with what they looked at. #}
{% macro passed_tests_table() -%}
    {{ target.schema }}.passed_tests
{%- endmacro %}

{% macro create_passed_tests() %}
    create unlogged table if not exists {{ abm.passed_tests_table() }} (test text primary key, digest text not null)
{% endmacro %}

{% macro has_passed(test, digest) %}
    {%- set found = run_query(
        "select 1 from " ~ abm.passed_tests_table() ~ " where test = '" ~ test ~ "' and digest = '" ~ digest ~ "'"
    ) -%}
    {{ return(found.rows | length > 0) }}
{% endmacro %}

{% macro record_pass(test, digest) %}
    {%- call statement('record_pass') -%}
        insert into {{ abm.passed_tests_table() }} values ('{{ test }}', '{{ digest }}')
        on conflict (test) do update set digest = excluded.digest
    {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}
