{#
    Fails with the keys that are repeated or unknown in part, or whose rows lack what must be filled besides: what a primary key
    and not-null constraints are to a table, asked of a view in one go.
#}
{% test key(model, columns, filled=[]) %}

select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1{% for column in columns + filled %} or count({{ column }}) < count(*){% endfor %}

{% endtest %}
