{# The rows of a model are told apart by the named columns together; a null counts as a value. #}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_cnt
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
