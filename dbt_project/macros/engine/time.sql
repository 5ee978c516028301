{# Instants are UTC timestamps without zone; business dates are calendar dates in the business time zone.
   A zone whose offset never changed in living data is plain arithmetic: the engines' zone functions cost ten times as much. #}

{% macro fixed_offset_minutes(zone) -%}
    {%- set offsets = {
        'UTC': 0, 'Etc/UTC': 0, 'GMT': 0, 'Etc/GMT': 0,
        'Asia/Tokyo': 540, 'Asia/Seoul': 540, 'Asia/Shanghai': 480, 'Asia/Taipei': 480, 'Asia/Hong_Kong': 480,
        'Asia/Singapore': 480, 'Asia/Manila': 480, 'Asia/Bangkok': 420, 'Asia/Ho_Chi_Minh': 420, 'Asia/Jakarta': 420,
        'Asia/Kolkata': 330, 'Asia/Dubai': 240
    } -%}
    {{ return(offsets.get(zone)) }}
{%- endmacro %}

{# The zone a date or a day is counted in. #}
{% macro business_timezone() -%}
    {{ return(var('business_timezone')) }}
{%- endmacro %}

{# timestamp (UTC) -> timestamp on the clock of `zone` #}
{% macro utc_to_local(ts, zone) -%}
    {%- set minutes = fixed_offset_minutes(zone) -%}
    {%- if minutes is none -%}
        {{ adapter.dispatch('zoned_utc_to_local')(ts, zone) }}
    {%- elif minutes == 0 -%}
        {{ ts }}
    {%- else -%}
        ({{ ts }} + interval '{{ minutes }}' minute)
    {%- endif -%}
{%- endmacro %}

{% macro default__zoned_utc_to_local(ts, zone) -%}
    timezone('{{ zone }}', timezone('UTC', {{ ts }}))
{%- endmacro %}

{% macro spark__zoned_utc_to_local(ts, zone) -%}
    from_utc_timestamp({{ ts }}, '{{ zone }}')
{%- endmacro %}

{# timestamp on the clock of `zone` -> timestamp (UTC) #}
{% macro local_timestamp_to_utc(ts, zone) -%}
    {%- set minutes = fixed_offset_minutes(zone) -%}
    {%- if minutes is none -%}
        {{ adapter.dispatch('zoned_local_to_utc')(ts, zone) }}
    {%- elif minutes == 0 -%}
        {{ ts }}
    {%- else -%}
        ({{ ts }} - interval '{{ minutes }}' minute)
    {%- endif -%}
{%- endmacro %}

{% macro default__zoned_local_to_utc(ts, zone) -%}
    timezone('UTC', timezone('{{ zone }}', {{ ts }}))
{%- endmacro %}

{% macro spark__zoned_local_to_utc(ts, zone) -%}
    to_utc_timestamp({{ ts }}, '{{ zone }}')
{%- endmacro %}

{# timestamp (UTC) -> business date #}
{% macro business_date(ts) -%}
    cast({{ utc_to_local(ts, business_timezone()) }} as date)
{%- endmacro %}

{# business date -> timestamp (UTC) of its local midnight #}
{% macro business_day_start(date) -%}
    {{ local_timestamp_to_utc('cast(' ~ date ~ ' as timestamp)', business_timezone()) }}
{%- endmacro %}

{# timestamp (UTC) -> whole seconds since local midnight, 0..86399 #}
{% macro local_seconds_of_day(ts) -%}
    {%- set local = utc_to_local(ts, business_timezone()) -%}
    (hour({{ local }}) * 3600 + minute({{ local }}) * 60 + second({{ local }}))
{%- endmacro %}

{# whole seconds from a to b (bigint); each is cut to its second first #}
{% macro seconds_between(a, b) -%}
    {{ adapter.dispatch('seconds_between')(a, b) }}
{%- endmacro %}

{% macro default__seconds_between(a, b) -%}
    date_diff('second', {{ a }}, {{ b }})
{%- endmacro %}

{% macro spark__seconds_between(a, b) -%}
    (unix_timestamp({{ b }}) - unix_timestamp({{ a }}))
{%- endmacro %}

{# timestamp + n seconds (n any whole-number expression) #}
{% macro add_seconds(ts, n) -%}
    {{ adapter.dispatch('add_seconds')(ts, n) }}
{%- endmacro %}

{% macro default__add_seconds(ts, n) -%}
    ({{ ts }} + to_microseconds(cast({{ n }} as bigint) * 1000000))
{%- endmacro %}

{% macro spark__add_seconds(ts, n) -%}
    timestampadd(second, {{ n }}, {{ ts }})
{%- endmacro %}

{# days from date a to date b: b - a #}
{% macro days_between(a, b) -%}
    {{ adapter.dispatch('days_between')(a, b) }}
{%- endmacro %}

{% macro default__days_between(a, b) -%}
    date_diff('day', {{ a }}, {{ b }})
{%- endmacro %}

{% macro spark__days_between(a, b) -%}
    cast(datediff({{ b }}, {{ a }}) as bigint)
{%- endmacro %}

{# date + n days (n any whole-number expression) -> date #}
{% macro add_days(date, n) -%}
    ({{ date }} + cast({{ n }} as integer))
{%- endmacro %}

{# whole milliseconds since 1970 (bigint) -> timestamp (UTC) #}
{% macro from_epoch_ms(ms) -%}
    {{ adapter.dispatch('from_epoch_ms')(ms) }}
{%- endmacro %}

{% macro default__from_epoch_ms(ms) -%}
    make_timestamp({{ ms }} * 1000)
{%- endmacro %}

{% macro spark__from_epoch_ms(ms) -%}
    timestamp_millis({{ ms }})
{%- endmacro %}

{# timestamp (UTC) -> text, YYYY-MM-DD HH:MM:SS; what is below a second is cut #}
{% macro instant_text(ts) -%}
    {{ adapter.dispatch('instant_text')(ts) }}
{%- endmacro %}

{% macro default__instant_text(ts) -%}
    strftime({{ ts }}, '%Y-%m-%d %H:%M:%S')
{%- endmacro %}

{% macro spark__instant_text(ts) -%}
    date_format({{ ts }}, 'yyyy-MM-dd HH:mm:ss')
{%- endmacro %}
