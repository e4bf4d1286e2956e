{# Fails with the rows where one of the columns is unknown: for views without a key; those with one tell it the key's test. #}
{% test filled(model, columns) %}

select *
from {{ model }}
where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}

{% endtest %}
