{#
    A table that is built again only where its own SQL, its constraints or something it is made of has changed since: the night's
    work follows what changed, and stops where a table comes out as it was. Both stand as digests in its comment; a full refresh
    ignores them.
#}
{% materialization table_on_change, default %}
    {{ return(dbt.materialization_table_default()) }}
{% endmaterialization %}

{% materialization table_on_change, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set inputs = abm.inputs_digest(model, sql ~ abm.declared_constraints(this)) -%}
    {%- set digest, is_built = run_query(
        "select digest, " ~ (abm.built_from(existing, "digest") if existing is not none else "false")
        ~ " from (select " ~ inputs ~ " as digest) as looked_at"
    ).rows[0] -%}
    {%- if is_built and not should_full_refresh() -%}
        {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}{%- endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {%- set twin = abm.nightly_twin(this, digest) -%}
    {%- if twin is not none -%}
        {%- if existing is not none -%} {%- do adapter.drop_relation(existing) -%} {%- endif -%}
        {%- do abm.borrow(this, twin) -%}
        {{ return({'relations': [this]}) }}
    {%- endif -%}
    {%- do abm.make_table(existing, target, sql) -%}
    {%- do abm.record_digest(target, digest, abm.without_place(sql)) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
