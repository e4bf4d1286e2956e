{#
    dbt's own table with less around it: that renames and drops by a macro each, and each macro costs as much as the statement.
#}
{% materialization table, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- do abm.make_table(load_cached_relation(this), target, sql) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Make a table beside the existing one and put it in its place, hooks included; the caller commits. #}
{% macro make_table(existing, target, sql) %}
    {%- set made = make_intermediate_relation(target) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ get_create_table_as_sql(False, made, sql) }}
    {%- endcall -%}
    {%- do create_indexes(made) -%}
    {%- call statement('put_in_place') -%}
        {% if existing is not none -%} drop {{ existing.type }} if exists {{ existing }} cascade; {%- endif %}
        alter table {{ made }} rename to {{ adapter.quote(target.identifier) }}
    {%- endcall -%}
    {%- if existing is not none -%} {%- do adapter.cache_dropped(existing) -%} {%- endif -%}
    {%- do adapter.cache_added(target) -%}
    {{ run_hooks(post_hooks) }}
    {%- do apply_grants(target, config.get('grants'), should_revoke=false) -%}
{% endmacro %}
