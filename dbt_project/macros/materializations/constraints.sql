{#
    The constraints that a table's YAML declares, put on it once it is filled: as a post-hook. A key, or the values a column
    may have, are then asked for by the database where the table changes, not by a test each night.
#}
{% macro declared_constraints(relation) %}
    {%- set wanted = [] -%}
    {%- for constraint in model.get("constraints", []) -%}
        {%- do wanted.append(abm.added_constraint(constraint, constraint.columns)) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type == 'not_null' -%}
                {%- do wanted.append('alter column ' ~ column.name ~ ' set not null') -%}
            {%- else -%}
                {%- do wanted.append(abm.added_constraint(constraint, [column.name])) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if wanted -%} alter table {{ relation }} {{ wanted | join(', ') }} {%- endif -%}
{% endmacro %}

{# Of several columns two unknown ones are the same; one column alone may be unknown in many rows. #}
{% macro added_constraint(constraint, columns) %}
    {%- if constraint.type == 'check' -%}
        {{ return('add ' ~ ('constraint ' ~ constraint.name ~ ' ' if constraint.name else '') ~ 'check (' ~ constraint.expression ~ ')') }}
    {%- endif -%}
    {%- set kind = {'primary_key': 'primary key', 'unique': 'unique' if columns | length == 1 else 'unique nulls not distinct'} -%}
    {{ return('add ' ~ kind[constraint.type] ~ ' (' ~ columns | join(', ') ~ ')') }}
{% endmacro %}

{#
    dbt's part of a contract that makes the table: columns and types alone. With the constraints already on it, each row of a mart
    would go through its index by itself, which takes twice as long as building the index at the end.
#}
{% macro postgres__get_table_columns_and_constraints() %}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    ({{ columns | join(', ') }})
{% endmacro %}
