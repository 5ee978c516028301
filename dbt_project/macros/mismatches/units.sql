{# The ratios of unit_ratios with the bounds within which two amounts differ by them, in parts of a hundred. #}
{% macro unit_bounds() -%}
    select
        unit,
        cast(ratio * (100 - {{ mismatch_tolerance('d06_unit_percent') }}) as decimal(18, 4)) as low,
        cast(ratio * (100 + {{ mismatch_tolerance('d06_unit_percent') }}) as decimal(18, 4)) as high
    from {{ ref('unit_ratios') }}
{%- endmacro %}

{# Whether two amounts differ by the ratio of a row of unit_bounds(): tax, months of a year, thousands. #}
{% macro differ_by_unit(greater, smaller, units) -%}
    {{ smaller }} > 0 and {{ greater }} * 100 >= {{ smaller }} * {{ units }}.low and {{ greater }} * 100 <= {{ smaller }} * {{ units }}.high
{%- endmacro %}

{# An amount with its currency, as text. #}
{% macro amount_text(amount, currency) -%}
    cast({{ amount }} as {{ dbt.type_string() }}) || ' ' || coalesce(upper({{ currency }}), '{{ var("base_currency") }}')
{%- endmacro %}
