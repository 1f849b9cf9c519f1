{% test holds(model, condition) %}
    {# The condition is true of every row; rows of which it is false or unknown fail. #}
    select *
    from {{ model }}
    where ({{ condition }}) is not true
{% endtest %}
