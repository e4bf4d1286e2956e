{# Where the data tests that passed are remembered, with what they looked at. #}
{% macro passed_tests_table() -%}
    {{ target.schema }}.passed_tests
{%- endmacro %}

{% macro create_passed_tests() %}
    create unlogged table if not exists {{ abm.passed_tests_table() }} (test text primary key, digest text not null)
{% endmacro %}

{# The digest of what a test looks at, and whether the test passed on just that. #}
{% macro passed_before(test, digest) %}
    {%- set found = run_query(
        "select digest, exists (select 1 from " ~ abm.passed_tests_table() ~ " as passed where passed.test = '" ~ test
        ~ "' and passed.digest = looked_at.digest) from (select " ~ digest ~ " as digest) as looked_at"
    ).rows[0] -%}
    {{ return((found[0], found[1])) }}
{% endmacro %}

{% macro record_pass(test, digest) %}
    {%- call statement('record_pass') -%}
        insert into {{ abm.passed_tests_table() }} values ('{{ test }}', '{{ digest }}')
        on conflict (test) do update set digest = excluded.digest
    {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}
