{#
    dbt's own data test, asked again only where what it looks at has changed since it last passed: on an unchanged night the
    tests of unchanged tables cost nothing. A full refresh asks all again.
#}
{% materialization test, adapter='postgres' %}
    {%- set digest, has_passed = abm.passed_before(model.unique_id, abm.inputs_digest(model, sql)) -%}
    {%- if has_passed and not should_full_refresh() -%}
        {%- call statement('main', fetch_result=True) -%}
            select 0 as failures, false as should_warn, false as should_error
        {%- endcall -%}
        {{ return({'relations': []}) }}
    {%- endif -%}
    {%- set result = dbt.materialization_test_default() -%}
    {%- if load_result('main').table.rows[0][0] == 0 -%} {%- do abm.record_pass(model.unique_id, digest) -%} {%- endif -%}
    {{ return(result) }}
{% endmaterialization %}
