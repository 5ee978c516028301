{# true where the dated seed row `alias` is in force on the date; an empty bound is open #}
{% macro in_force(alias, date) -%}
    {{ date }} >= coalesce({{ alias }}.valid_from, date '0001-01-01')
        and {{ date }} <= coalesce({{ alias }}.valid_to, date '9999-12-31')
{%- endmacro %}

{# rate of a currency to the base currency: 1 for the base itself and where the source names none, null where none is known. Wider than any rate:
   DuckDB multiplies two decimals of up to 18 digits within 18, and ten billion yen at a rate of six places would not fit. #}
{% macro base_rate(currency, rate) -%}
    case
        when {{ currency }} is null or lower({{ currency }}) = '{{ var("base_currency") | lower }}' then cast(1 as decimal(28, 6))
        else cast({{ rate }} as decimal(28, 6))
    end
{%- endmacro %}
