{# Fails with the rows for which the expression is false. Unknown (null) passes,
   as in a check constraint. #}
{% test true_for_each_row(model, expression) %}

select *
from {{ model }}
where not ({{ expression }})

{% endtest %}
