{#
    A view that is made again only where its own SQL has changed: what it reads is always fresh, and a night neither takes
    the rights given on it nor the views that people put on top. What it was made from stands as a digest in its comment.
#}
{% materialization view_on_change, default %}
    {{ return(dbt.materialization_view_default()) }}
{% endmaterialization %}

{% materialization view_on_change, adapter='postgres' %}
    {%- set digest = local_md5(abm.without_database(sql)) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and not should_full_refresh()
        and run_query("select obj_description('" ~ this ~ "'::regclass)").columns[0][0] == digest -%}
        {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}{%- endcall -%}
        {{ return({'relations': [existing]}) }}
    {%- endif -%}
    {%- set result = dbt.materialization_view_default() -%}
    {%- call statement('record_digest') -%} comment on view {{ this }} is '{{ digest }}' {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return(result) }}
{% endmaterialization %}
