{#
    The constraints that a table's YAML declares, put on it once it is filled: as a post-hook of tables without a contract.
    A key is then asked for by the database where the table changes, not by a test each night.
#}
{% macro declared_constraints(relation) %}
    {%- set wanted = [] -%}
    {%- for constraint in model.get("constraints", []) -%}
        {%- do wanted.append(abm.key_constraint(constraint.type, constraint.columns)) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type == 'not_null' -%}
                {%- do wanted.append('alter column ' ~ column.name ~ ' set not null') -%}
            {%- else -%}
                {%- do wanted.append(abm.key_constraint(constraint.type, [column.name])) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if wanted -%} alter table {{ relation }} {{ wanted | join(', ') }} {%- endif -%}
{% endmacro %}

{# Of several columns two unknown ones are the same; one column alone may be unknown in many rows. #}
{% macro key_constraint(type, columns) %}
    {%- set kind = {'primary_key': 'primary key', 'unique': 'unique' if columns | length == 1 else 'unique nulls not distinct'} -%}
    {{ return('add ' ~ kind[type] ~ ' (' ~ columns | join(', ') ~ ')') }}
{% endmacro %}
