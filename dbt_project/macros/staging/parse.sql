{# Text -> typed value, null where the text is no value of the type. Every argument `text` is a column or a cheap
   expression: it is repeated. The common ISO forms come first and cost a cast; the rest costs only the rows that have it. #}

{# Date and time as Japanese offices write them -> Y-M-D h:m:s; eras become years of the common calendar. A year has four digits, from 1900 on:
   26/3/2 may be of 2026 or of the 26th of March, and the casts would read the year 26. #}
{% macro plain_date_text(text) -%}
    {%- set ascii = "translate(upper(trim(" ~ text ~ ")), '０１２３４５６７８９／．－：　Ｒ Ｈ Ｓ Ｔ'," ~ " '0123456789/.-: R H S T')" -%}
    {%- set ns = namespace(sql=ascii) -%}
    {%- for old, new in [('令和', 'R'), ('平成', 'H'), ('昭和', 'S'), ('大正', 'T'), ('元年', '1年'), ('年', '-'), ('月', '-'),
                         ('日', ' '), ('時', ':'), ('分', ':'), ('秒', ''), ('/', '-')] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ old ~ "', '" ~ new ~ "')" -%}
    {%- endfor -%}
    case
        when {{ matches_fully(text, common_year() ~ '[-/].*') }} and try_cast(replace({{ text }}, '/', '-') as timestamp) is not null
            then replace({{ text }}, '/', '-')
        else {{ adapter.dispatch('era_to_year')("rtrim(" ~ ns.sql ~ ")") }}
    end
{%- endmacro %}

{% macro common_year() -%} {{ return('(19|[2-9][0-9])[0-9]{2}') }} {%- endmacro %}

{% macro default__era_to_year(text) -%}
    list_transform([regexp_replace({{ text }}, '^([RHST]?[0-9]+)[.]([0-9]+)[.]([0-9]+)', '\1-\2-\3')], lambda plain:
        case
            when regexp_full_match(plain, '{{ common_year() }}[0-9]{4}') then plain[1:4] || '-' || plain[5:6] || '-' || plain[7:8]
            when regexp_matches(plain, '^[RHST][0-9]+-') then
                cast(cast(regexp_extract(plain, '^[RHST]([0-9]+)', 1) as integer)
                    + case plain[1] when 'R' then 2018 when 'H' then 1988 when 'S' then 1925 else 1911 end as varchar)
                || regexp_extract(plain, '-.*$', 0)
            when regexp_matches(plain, '^{{ common_year() }}-') then rtrim(plain, ':')
        end)[1]
{%- endmacro %}

{% macro spark__era_to_year(text) -%}
    element_at(transform(array(regexp_replace({{ text }}, '^([RHST]?[0-9]+)[.]([0-9]+)[.]([0-9]+)', '$1-$2-$3')), plain ->
        case
            when plain rlike '^{{ common_year() }}[0-9]{4}$' then substr(plain, 1, 4) || '-' || substr(plain, 5, 2) || '-' || substr(plain, 7, 2)
            when plain rlike '^[RHST][0-9]+-' then
                cast(cast(regexp_extract(plain, '^[RHST]([0-9]+)', 1) as int)
                    + case left(plain, 1) when 'R' then 2018 when 'H' then 1988 when 'S' then 1925 else 1911 end as string)
                || regexp_extract(plain, '-.*$', 0)
            when plain rlike '^{{ common_year() }}-' then rtrim(':', plain)
        end), 1)
{%- endmacro %}

{# An ISO text with an offset other than zero: the cast would drop the offset without a word. #}
{% macro parse_offset_timestamp(text) -%}
    {{ adapter.dispatch('parse_offset_timestamp')(text) }}
{%- endmacro %}

{% macro duckdb__parse_offset_timestamp(text) -%}
    coalesce(timezone('UTC', try_cast({{ text }} as timestamptz)), {{ default__parse_offset_timestamp(text) }})
{%- endmacro %}

{% macro default__parse_offset_timestamp(text) -%}
    {%- set offset = '^.*:[0-9.]+ ?([+-][0-9]{2}):?([0-9]{2})?$' -%}
    {%- set local = "rtrim(substr(" ~ text ~ ", 1, length(" ~ text ~ ") - length(regexp_extract(" ~ text ~ ", '[+-][0-9:]*$', 0))))" -%}
    {%- set hours = "try_cast(regexp_extract(" ~ text ~ ", '" ~ offset ~ "', 1) as integer)" -%}
    {%- set minutes = "coalesce(try_cast(regexp_extract(" ~ text ~ ", '" ~ offset ~ "', 2) as integer), 0)" -%}
    {{ add_seconds('try_cast(' ~ local ~ ' as timestamp)',
        '(-3600 * ' ~ hours ~ ' - 60 * ' ~ minutes ~ ' * case when ' ~ hours ~ ' < 0 then -1 else 1 end)') }}
{%- endmacro %}

{# A time with Z or an offset: the cast of one that is not written in ISO would drop it without a word. #}
{% macro tells_offset(text) -%} {{ return(matches_fully(text, '.*:[0-9.]+ ?(Z|[+-][0-9:]+)')) }} {%- endmacro %}

{# Digits alone: 20260401T091500Z, 20260401091500, 20260401 0915. #}
{% macro is_compact_time(text) -%} {{ return(matches_fully(text, common_year() ~ '[0-9]{4}[T ]?[0-9]{4}([0-9]{2})?Z?')) }} {%- endmacro %}

{# Such a text -> Y-M-D h:m:s. #}
{% macro compact_as_plain(text) -%}
    {%- set digits = "translate(" ~ text ~ ", 'TZ ', '')" -%}
    substr(
        {%- for start, length, before in [(1, 4, ''), (5, 2, '-'), (7, 2, '-'), (9, 2, ' '), (11, 2, ':'), (13, 2, ':')] -%}
            {{ " || '" ~ before ~ "' || " if before }}substr({{ digits }}, {{ start }}, {{ length }})
        {%- endfor %} || '00', 1, 19)
{%- endmacro %}

{# -> timestamp (UTC). ISO 8601 with Z, an offset (after a space or not) or none (then on the clock of `zone`), with or without T, seconds,
   fraction, or in digits alone; epoch milliseconds (13 digits) or seconds (10); 2024/4/1 9:05 (with an offset too), 2024年4月1日, eras; a date alone is the start of that
   business day, whatever `zone` says. What lies before 1900-01-02 is no date but a spreadsheet's zero or a slip. #}
{% macro parse_timestamp(text, zone=none) -%}
    {%- set zone = zone or business_timezone() -%}
    case
        when {{ text }} like '____-__-__%' then
            case
                when {{ text }} < '1900-01-02' then null
                when length({{ text }}) = 10 then {{ business_day_start('try_cast(' ~ text ~ ' as date)') }}
                when {{ text }} like '____-__-_____:__Z' or {{ text }} like '____-__-_____:__ UTC' then try_cast(substr({{ text }}, 1, 16) as timestamp)
                when {{ text }} like '%Z' or {{ text }} like '%+00:00' or {{ text }} like '%+0000' or {{ text }} like '%+00' or {{ text }} like '% UTC'
                    then coalesce(
                        try_cast({{ text }} as timestamp),
                        case when substr({{ text }}, 12) like '_% _%' then try_cast(substr({{ text }}, 1, 10 + instr(substr({{ text }}, 12), ' ')) as timestamp) end
                    )
                when substr({{ text }}, 12) not like '%+%' and substr({{ text }}, 12) not like '%-%'
                    then case when right({{ text }}, 1) between '0' and '9' then
                        {{ local_timestamp_to_utc('try_cast(' ~ text ~ ' as timestamp)', zone) }} end
                else {{ parse_offset_timestamp(text) }}
            end
        when length({{ text }}) = 13 and {{ matches_fully(text, '[0-9]+') }} then {{ from_epoch_ms('cast(' ~ text ~ ' as bigint)') }}
        when length({{ text }}) = 10 and {{ matches_fully(text, '[0-9]+') }} then {{ from_epoch_ms('cast(' ~ text ~ ' as bigint) * 1000') }}
        when {{ tells_offset(text) }} then
            case when {{ matches_fully(text, common_year() ~ '/.*') }}
                then {{ parse_offset_timestamp("replace(replace(" ~ text ~ ", '/', '-'), 'Z', '+00:00')") }} end
        when {{ is_compact_time(text) }} then
            case
                when {{ text }} like '%Z' then try_cast({{ compact_as_plain(text) }} as timestamp)
                else {{ local_timestamp_to_utc('try_cast(' ~ compact_as_plain(text) ~ ' as timestamp)', zone) }}
            end
        {%- if zone != business_timezone() %}
        when {{ text }} like '%:%' or {{ text }} like '%：%' or {{ text }} like '%時%' then
            {{ local_timestamp_to_utc('try_cast(' ~ plain_date_text(text) ~ ' as timestamp)', zone) }}
        {%- endif %}
        when {{ text }} is not null then
            {{ local_timestamp_to_utc('try_cast(' ~ plain_date_text(text) ~ ' as timestamp)', business_timezone()) }}
    end
{%- endmacro %}

{# -> date. The forms of parse_timestamp; of a naive time the date as written, of an instant its business date,
   except midnight UTC (how APIs write a mere date): that date. #}
{% macro parse_date(text) -%}
    case
        when {{ text }} like '____-__-__%' and {{ text }} < '1900-01-02' then null
        when {{ text }} like '____-__-__' then try_cast({{ text }} as date)
        when {{ text }} like '____-__-__%' and substr({{ text }}, 12) like '00:00:00%'
            then case when {{ parse_timestamp(text, 'UTC') }} is not null then try_cast(substr({{ text }}, 1, 10) as date) end
        when {{ text }} like '____-__-__%' or {{ is_compact_time(text) }} or {{ tells_offset(text) }} then {{ business_date(parse_timestamp(text)) }}
        when {{ matches_fully(text, '[0-9]{10}([0-9]{3})?') }} then
            case
                when cast(substr({{ text }}, 1, 10) as bigint) % 86400 = 0 then cast({{ parse_timestamp(text, 'UTC') }} as date)
                else {{ business_date(parse_timestamp(text, 'UTC')) }}
            end
        when {{ text }} is not null then cast(try_cast({{ plain_date_text(text) }} as timestamp) as date)
    end
{%- endmacro %}

{# -> number of the given type. Thousands commas, full-width digits, ¥ (in CP932 a backslash) and 円 are read; ▲ and △ are minus. A comma
   that does not part thousands makes no number: 1.200,50 is not 1.2, nor 1,2 twelve. #}
{% macro parse_number(text, type='decimal(18,6)') -%}
    case
        when {{ matches_fully(text, '-?[0-9]+([.][0-9]+)?') }} then try_cast({{ text }} as {{ type }})
        when {{ text }} is not null then
            {%- set plain = "translate(" ~ text ~ ", '０１２３４５６７８９．－▲△−，￥¥円 　+' || " ~ backslash() ~ ", '0123456789.----,')" %}
            case when {{ matches_fully(plain, '-?([0-9]*|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]*)?([eE][+-]?[0-9]+)?') }} then try_cast(replace({{ plain }}, ',', '') as {{ type }}) end
    end
{%- endmacro %}

{# -> bigint; a number with a fraction is no whole number #}
{% macro parse_integer(text) -%}
    case
        when {{ matches_fully(text, '-?[0-9]+') }} then try_cast({{ text }} as bigint)
        when {{ parse_number(text) }} = floor({{ parse_number(text) }}) then cast({{ parse_number(text) }} as bigint)
    end
{%- endmacro %}

{# An id that counts records, as text without a fraction: a column of numbers with gaps, or a number field of a CRM, is exported as 101.0 or
   1.2345678901E10. Any other text stays as it is. #}
{% macro whole_number_id(text) -%}
    case
        when {{ text }} like '%.%' and {{ matches_fully(text, '[0-9]+[.][0-9]+([eE][+]?[0-9]+)?') }}
            then coalesce(cast({{ parse_integer(text) }} as {{ dbt.type_string() }}), {{ text }})
        else {{ text }}
    end
{%- endmacro %}

{# -> boolean. Compared word by word: for a list of five or more after `in` DuckDB joins a table of them, twice a column; cast_checks took
   two to four times as long with that. #}
{% macro parse_boolean(text) -%}
    case lower({{ text }})
        {%- for yes, no in [('true', 'false'), ('1', '0'), ('１', '０'), ('yes', 'no'), ('y', 'n'), ('t', 'f'), ('はい', 'いいえ'), ('○', '×'), ('〇', '✕'),
                       ('有', '無'), ('あり', 'なし')] %}
        when '{{ yes }}' then true when '{{ no }}' then false
        {%- endfor %}
        when '◯' then true
    end
{%- endmacro %}

{# Text column -> value of `data_type` as the YAMLs write it; `text` must already be null where empty. #}
{% macro parse_as(text, data_type, zone=none) -%}
    {%- if data_type == 'varchar' -%} {{ text }}
    {%- elif data_type == 'timestamp' -%} {{ parse_timestamp(text, zone) }}
    {%- elif data_type == 'date' -%} {{ parse_date(text) }}
    {%- elif data_type == 'boolean' -%} {{ parse_boolean(text) }}
    {%- elif data_type == 'bigint' -%} {{ parse_integer(text) }}
    {%- elif data_type.startswith('decimal') -%} {{ parse_number(text, data_type) }}
    {%- else -%} {{ exceptions.raise_compiler_error("data_type " ~ data_type ~ " is not known; write varchar, timestamp, date, boolean, bigint or decimal(p,s)") }}
    {%- endif -%}
{%- endmacro %}
