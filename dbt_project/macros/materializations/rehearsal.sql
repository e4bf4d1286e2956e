{#
    A rehearsal builds into schemas with a prefix, only what hangs on the policy; the rest it reads where the nightly build
    made it. Digests leave the prefix out, so that a table that comes out the same is recognised.
#}
{% macro schema_prefix() %}
    {{ return(env_var('ABM_DBT_SCHEMA_PREFIX', '')) }}
{% endmacro %}

{% macro without_prefix(text) %}
    {{ return(text | replace(abm.schema_prefix(), '') if abm.schema_prefix() else text) }}
{% endmacro %}

{# The schema a node is read from: what is not selected is read from the nightly build. #}
{% macro schema_read(node_id, schema) %}
    {{ return(schema if node_id in selected_resources else abm.without_prefix(schema)) }}
{% endmacro %}

{# The nightly build's table where it was built from the very same inputs, else none. #}
{% macro nightly_twin(relation, digest) %}
    {%- if not abm.schema_prefix() -%} {{ return(none) }} {%- endif -%}
    {%- set twin = adapter.get_relation(
        database=relation.database, schema=abm.without_prefix(relation.schema), identifier=relation.identifier
    ) -%}
    {{ return(twin if twin is not none and abm.is_built_from(twin, digest) else none) }}
{% endmacro %}

{# Put a view on the twin in the table's place, with the digest that tables made from it look at. #}
{% macro borrow(relation, twin) %}
    {%- set digest = run_query("select obj_description('" ~ twin ~ "'::regclass)").columns[0][0] -%}
    {%- call statement('main') -%}
        create view {{ relation }} as select * from {{ twin }};
        comment on view {{ relation }} is '{{ digest }}'
    {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}
