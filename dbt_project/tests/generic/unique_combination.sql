{# The rows of a model are told apart by the named columns together; a null counts as a value. `newest` names a column: only the rows that
   have its greatest value are looked at. #}
{% test unique_combination(model, columns, newest=none) %}
select
    {{ columns | join(', ') }},
    count(*) as row_cnt
from {{ model }}
{%- if newest %}
where {{ newest }} = (select max({{ newest }}) from {{ model }})
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
