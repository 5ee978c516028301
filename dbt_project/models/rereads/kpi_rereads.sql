{# Which KPIs were counted once more, and for which periods that is meant. #}
-- depends_on: {{ ref('kpi_rows_reread') }}
{% for basis in reread_bases() -%}
select '{{ basis }}' as definition_basis, kpi_code, from_on, before_on from {{ reread_relation(basis, 'kpi_codes') }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
