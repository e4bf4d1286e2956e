{#
    dbt's own seed, loaded again only where its file or its constraints have changed, and then with the columns the file has now.
#}
{% materialization seed, adapter='postgres' %}
    {%- set digest = local_md5(model.checksum.checksum ~ abm.declared_constraints(this)) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and not should_full_refresh() and abm.is_built_from(this, digest) -%}
        {%- do store_result('agate_table', response='OK') -%}
        {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}{%- endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {%- if existing is not none -%} {%- do adapter.drop_relation(existing) -%} {%- endif -%}
    {%- set result = dbt.materialization_seed_default() -%}
    {%- do abm.record_digest(this, digest, model.checksum.checksum) -%}
    {{ return(result) }}
{% endmaterialization %}
