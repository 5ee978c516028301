{# A data type as the YAMLs write it -> as the engine writes it. #}
{% macro sql_type(data_type) -%}
    {%- if data_type == 'varchar' -%}
        {{ dbt.type_string() }}
    {%- else -%}
        {{ data_type }}
    {%- endif -%}
{%- endmacro %}

{# null where the text is no value of the type. dbt.safe_cast is not safe on every engine. #}
{% macro try_cast(expr, type) -%}
    try_cast({{ expr }} as {{ type }})
{%- endmacro %}

{# An id made of several values: md5 over '|'-joined text, null read as empty. Instants and dates must be cast to text by one rule. #}
{% macro string_hash(exprs) -%}
    md5(
        {%- for expr in exprs -%}
            coalesce(cast({{ expr }} as {{ dbt.type_string() }}), '')
            {%- if not loop.last %} || '|' || {% endif -%}
        {%- endfor -%}
    )
{%- endmacro %}

{# Without the white space at both ends: space, no-break space, full-width space, tab and line ends. The engines' trim() differ in which
   signs they take. The argument is repeated: pass a column. #}
{% macro trimmed(expr) -%}
    {{ adapter.dispatch('trimmed')(expr) }}
{%- endmacro %}

{# few texts have any, and to look is cheaper than to cut #}
{% macro default__trimmed(expr) -%}
    case
        when regexp_matches({{ expr }}, '^[ \t\r\n\x{a0}\x{3000}]|[ \t\r\n\x{a0}\x{3000}]$')
            then regexp_replace({{ expr }}, '^[ \t\r\n\x{a0}\x{3000}]+|[ \t\r\n\x{a0}\x{3000}]+$', '', 'g')
        else {{ expr }}
    end
{%- endmacro %}

{% macro spark__trimmed(expr) -%}
    btrim({{ expr }}, ' \t\r\n\u00a0\u3000')
{%- endmacro %}

{# true where `needle` occurs in `haystack` as it is written #}
{% macro contains(haystack, needle) -%}
    contains({{ haystack }}, {{ needle }})
{%- endmacro %}

{# true where the whole text matches; patterns use [0-9], never \d (Spark reads the backslash away) #}
{% macro matches_fully(expr, pattern) -%}
    {{ adapter.dispatch('matches_fully')(expr, pattern) }}
{%- endmacro %}

{% macro default__matches_fully(expr, pattern) -%}
    regexp_full_match({{ expr }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches_fully(expr, pattern) -%}
    ({{ expr }} rlike '^({{ pattern }})$')
{%- endmacro %}

{# A from-clause item: each row of `relation` once per part of `column`; the part is column `part`. #}
{% macro split_to_rows(relation, column, delimiter, part) -%}
    {{ adapter.dispatch('split_to_rows')(relation, column, delimiter, part) }}
{%- endmacro %}

{% macro default__split_to_rows(relation, column, delimiter, part) -%}
    {{ relation }} cross join unnest(string_split({{ column }}, '{{ delimiter }}')) as parts({{ part }})
{%- endmacro %}

{% macro spark__split_to_rows(relation, column, delimiter, part) -%}
    {{ relation }} lateral view explode(split({{ column }}, '{{ delimiter }}')) parts as {{ part }}
{%- endmacro %}

{# A number made of the values, equal for equal values; only ever compared within one query, so engines may differ. #}
{% macro fingerprint(exprs) -%}
    {{ adapter.dispatch('fingerprint')(exprs) }}
{%- endmacro %}

{% macro default__fingerprint(exprs) -%}
    hash({{ exprs | join(', ') }})
{%- endmacro %}

{% macro spark__fingerprint(exprs) -%}
    xxhash64({{ exprs | join(', ') }})
{%- endmacro %}
