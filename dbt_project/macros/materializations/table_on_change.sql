{#
    A table that is built again only where its own SQL, its constraints or something it is made of has changed since: the night's
    work follows what changed, and stops where a table comes out as it was. Both stand as digests in its comment; a full refresh
    ignores them.
#}
{% materialization table_on_change, default %}
    {%- set digest = abm.inputs_digest(model, sql ~ abm.declared_constraints(this)) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and not should_full_refresh() and abm.is_built_from(this, digest) -%}
        {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}{%- endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {%- set twin = abm.nightly_twin(this, digest) -%}
    {%- if twin is not none -%}
        {%- if existing is not none -%} {%- do adapter.drop_relation(existing) -%} {%- endif -%}
        {%- do abm.borrow(this, twin) -%}
        {{ return({'relations': [this]}) }}
    {%- endif -%}
    {%- set result = dbt.materialization_table_default() -%}
    {%- do abm.record_digest(this, digest, abm.without_prefix(sql)) -%}
    {{ return(result) }}
{% endmaterialization %}
