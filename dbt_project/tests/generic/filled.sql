{# Fails with the rows where one of the columns is unknown: for views without a key, which asks the same by its `filled`. #}
{% test filled(model, columns) %}

select *
from {{ model }}
where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}

{% endtest %}
