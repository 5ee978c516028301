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
    md5({{ joined_text(exprs) }})
{%- endmacro %}

{% macro joined_text(exprs) -%}
    {%- for expr in exprs -%}
        coalesce(cast({{ expr }} as {{ dbt.type_string() }}), '')
        {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{# Without the white space at both ends: space, tab, line ends, no-break space and full-width space. The engines' trim() differ in
   which signs they take. #}
{% macro trimmed(expr) -%}
    {{ adapter.dispatch('trimmed')(expr) }}
{%- endmacro %}

{% macro default__trimmed(expr) -%}
    trim({{ expr }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288))
{%- endmacro %}

{% macro spark__trimmed(expr) -%}
    btrim({{ expr }}, ' \t\r\n\u00a0\u3000')
{%- endmacro %}

{# trimmed, and null where nothing is left; of ="001", as files for Excel guard what is no number, the text within. The argument is repeated: pass a column. #}
{% macro given_text(expr) -%}
    {{ adapter.dispatch('given_text')(expr) }}
{%- endmacro %}

{# Few texts have anything to trim, and to look is cheaper than to cut: space, tab, line ends and the empty text stand below '!'. #}
{% macro default__given_text(expr) -%}
    case
        when {{ expr }} < '!' or starts_with({{ expr }}, chr(160)) or starts_with({{ expr }}, chr(12288))
            {%- for code in [32, 9, 10, 13, 160, 12288] %} or ends_with({{ expr }}, chr({{ code }})){% endfor %}
            then nullif({{ trimmed(expr) }}, '')
        when starts_with({{ expr }}, '="') and {{ is_guarded(expr) }} then {{ unguarded(expr) }}
        else {{ expr }}
    end
{%- endmacro %}

{% macro spark__given_text(expr) -%}
    case when {{ is_guarded(expr) }} then {{ unguarded(expr) }} else nullif({{ trimmed(expr) }}, '') end
{%- endmacro %}

{% macro is_guarded(expr) -%} {{ return(matches_fully(expr, '="[^"]*"')) }} {%- endmacro %}

{% macro unguarded(expr) -%} {{ return("nullif(" ~ trimmed('substr(' ~ expr ~ ', 3, length(' ~ expr ~ ') - 3)') ~ ", '')") }} {%- endmacro %}

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

{# A backslash: in a literal it is one on DuckDB and begins an escape on Spark. #}
{% macro backslash() -%}
    {{ return(adapter.dispatch('backslash')()) }}
{%- endmacro %}

{% macro default__backslash() -%} {{ return('chr(92)') }} {%- endmacro %}

{% macro spark__backslash() -%} {{ return('char(92)') }} {%- endmacro %}

{# A number made of the values, equal for equal values; only ever compared within one query, so engines may differ. #}
{% macro fingerprint(exprs) -%}
    {{ adapter.dispatch('fingerprint')(exprs) }}
{%- endmacro %}

{% macro default__fingerprint(exprs) -%}
    hash({{ exprs | join(', ') }})
{%- endmacro %}

{# Spark passes over nulls: without telling of them, (x, null) and (null, x) would be the same. #}
{% macro spark__fingerprint(exprs) -%}
    xxhash64({% for expr in exprs %}{{ expr }}, {{ expr }} is null{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
