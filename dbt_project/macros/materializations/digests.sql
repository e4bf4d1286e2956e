{# A digest of all that a node is made of, as SQL. #}
{% macro inputs_digest(model, sql) %}
    {%- set parts = ["'" ~ local_md5(abm.without_place(sql)) ~ "'"] -%}
    {%- for parent in abm.state_parents(model.depends_on.nodes) -%}
        {%- do parts.append(abm.state_of(parent)) -%}
    {%- endfor -%}
    {{ return("md5(concat_ws('|', " ~ parts | join(", ") ~ "))") }}
{% endmacro %}

{# A warehouse that is copied or renamed is still built from the same SQL. #}
{% macro without_database(sql) %}
    {{ return(sql | replace(adapter.quote(target.database) ~ '.', '')) }}
{% endmacro %}

{% macro without_place(sql) %}
    {{ return(abm.without_prefix(abm.without_database(sql))) }}
{% endmacro %}

{# Every input whose state tells whether something changed: views and incremental models are looked through to what they read. #}
{% macro state_parents(node_ids, seen=none) %}
    {%- set seen = [] if seen is none else seen -%}
    {%- for node_id in node_ids if node_id not in seen -%}
        {%- do seen.append(node_id) -%}
        {%- set node = graph.nodes.get(node_id) -%}
        {%- if node and node.config.materialized in ('view', 'view_on_change', 'incremental') and not node.config.meta.get('small') -%}
            {%- do abm.state_parents(node.depends_on.nodes, seen) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(seen) }}
{% endmacro %}

{#
    One scalar that changes when the input does.

    landed table          the latest `_landed_at`, which moves with every change
    source with meta      the content of the small table beside it that moves with every change, where rows are also
    `state_in`            deleted, which no `_landed_at` tells
    small view (policy)   its content
    view                  its definition
    table_on_change, seed its content, so that a table built again to the same rows stirs nothing above it;
                          of a very large one the digest it was built from
    any other table       the clock: nothing is known of it, as of what sending writes
#}
{% macro state_of(node_id) %}
    {%- set node = graph.nodes.get(node_id) or graph.sources[node_id] -%}
    {%- set relation = api.Relation.create(
        database=node.database, schema=abm.schema_read(node_id, node.schema), identifier=node.alias or node.identifier
    ) -%}
    {%- set state_in = node.config.meta.get('state_in') if node.config.meta else none -%}
    {%- if state_in -%}
        {{ return(abm.content_of(api.Relation.create(database=node.database, schema=node.schema, identifier=state_in))) }}
    {%- elif node.resource_type == 'source' -%}
        {{ return("(select max(_landed_at) from " ~ relation ~ ")" if node.schema.startswith('raw_') else "clock_timestamp()") }}
    {%- elif node.config.meta.get('small') -%}
        {{ return(abm.content_of(relation)) }}
    {%- elif node.config.materialized in ('view', 'view_on_change') -%}
        {{ return("pg_get_viewdef('" ~ relation ~ "'::regclass)") }}
    {%- elif node.config.materialized == 'incremental' -%}
        {{ return("'" ~ node.checksum.checksum ~ "'") }}
    {%- elif node.config.materialized in ('table_on_change', 'seed') -%}
        {%- set recorded = "obj_description('" ~ relation ~ "'::regclass)" -%}
        {{ return("coalesce(nullif(split_part(" ~ recorded ~ ", ' ', 3), ''), " ~ recorded ~ ")") }}
    {%- else -%}
        {{ return("clock_timestamp()") }}
    {%- endif -%}
{% endmacro %}

{% macro content_of(relation) %}
    {{ return("(select sum(hash_record_extended(r, 0)) from " ~ relation ~ " as r)") }}
{% endmacro %}

{# Whether a table was built from what has this digest and still has its rows: after a crash the server empties unlogged tables. #}
{% macro is_built_from(relation, digest) %}
    {{ return(run_query("select " ~ abm.built_from(relation, "'" ~ digest ~ "'")).columns[0][0]) }}
{% endmacro %}

{# The same as SQL, of a digest that is SQL. #}
{% macro built_from(relation, digest) -%}
    (
        select
            split_part(recorded, ' ', 1) = {{ digest }}
            and (split_part(recorded, ' ', 2) = 'empty' or exists (select 1 from {{ relation }}))
        from obj_description('{{ relation }}'::regclass) as recorded
    )
{%- endmacro %}

{#
    Note in the table's comment what it was built from, whether it has rows, and a digest of its definition and of its rows in
    any order; none of those where reading them all again would cost too much. A table below 100 MB is analysed
    from a quarter of the usual sample: it is made again and again, and its columns are many.
#}
{% macro record_digest(relation, digest, definition) %}
    {%- call statement('record_digest') -%}
        select set_config('default_statistics_target', '25', true)
        where pg_relation_size('{{ relation }}') < 100 * 1024 * 1024;
        analyze {{ relation }};
        do $record$
        begin
            execute format('comment on table {{ relation }} is %L', (
                select concat_ws(
                    ' ',
                    '{{ digest }}',
                    case when exists (select 1 from {{ relation }}) then 'filled' else 'empty' end,
                    case
                        when (select reltuples from pg_class where oid = '{{ relation }}'::regclass) < 500000
                            then (
                                select md5(concat_ws(' ', '{{ local_md5(definition) }}', count(*), sum(hash_record_extended(r, 0))))
                                from {{ relation }} as r
                            )
                    end
                )
            ));
        end
        $record$
    {%- endcall -%}
    {%- do adapter.commit() -%}
{% endmacro %}
