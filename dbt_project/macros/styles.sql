{# The canonical styles that give an account something, highest first.
   Which of them a company uses, and with how many seats, is policy. #}
{% macro styles() %}
    {{ return([
        'one_to_one', 'one_to_few', 'one_to_many', 'targeted_demand_gen'
    ]) }}
{% endmacro %}
