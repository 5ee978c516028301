-- every form of text that staging reads, and what it must become; returns the ones that became something else
{% set timestamps = [
    ('2026-01-01T00:00:00.000+0000', '2026-01-01 00:00:00'),
    ('2026-01-01T00:00:00.000Z', '2026-01-01 00:00:00'),
    ('2026-01-01T00:00:00.123Z', '2026-01-01 00:00:00.123'),
    ('2026-01-01 00:00:00+00', '2026-01-01 00:00:00'),
    ('2026-01-01 00:00:00 UTC', '2026-01-01 00:00:00'),
    ('2026-01-01 00:00:00.123 +0000', '2026-01-01 00:00:00.123'), ('2026-01-01 00:00:00.000 Z', '2026-01-01 00:00:00'),
    ('2026-01-01 00:00:00.000 +0900', '2025-12-31 15:00:00'), ('2026-13-01 00:00:00.000 Z', none), ('2026-01-01 25:00:00 +0000', none),
    ('2026-01-01 00:00:00 +09:00', '2025-12-31 15:00:00'),
    ('2026-01-01 00:00:00+09', '2025-12-31 15:00:00'),
    ('2026-01-01T00:00+09:00', '2025-12-31 15:00:00'),
    ('2026-01-01T00:00:00.5-0330', '2026-01-01 03:30:00.5'),
    ('2026-01-01 09:00:00', '2026-01-01 09:00:00'),
    ('2026-01-01T09:00', '2026-01-01 09:00:00'),
    ('2026-01-01 09:00:00.25', '2026-01-01 09:00:00.25'),
    ('1767225600000', '2026-01-01 00:00:00'),
    ('1767225600', '2026-01-01 00:00:00'),
    ('2024/4/1 9:05', '2024-04-01 09:05:00'),
    ('2024年4月1日 9時5分', '2024-04-01 09:05:00'),
    ('2024/04/01 09:05:06', '2024-04-01 09:05:06'),
    ('令和6年4月1日 9:05', '2024-04-01 09:05:00'),
    ('2024-04-01T09:05Z', '2024-04-01 09:05:00'), ('2024-04-01 09:05 UTC', '2024-04-01 09:05:00'), ('2024-04-01T09:05xZ', none),
    ('26/3/2 9:05', none), ('0026-03-02 09:05:00', none), ('1899-12-30T00:00:00Z', none), ('1900-01-01T00:00:00+14:00', none),
    ('2008-11-01T00:00:00Z', '2008-11-01 00:00:00'), ('9999/12/31 0:00', '9999-12-31 00:00:00'),
    ('2024-13-05', none), ('2024-13-05 10:00:00', none), ('2026-01-01T25:00:00Z', none), ('2026-01-01 00:00:00 XX', none),
    ('2026/04/01 09:15:00Z', '2026-04-01 09:15:00'), ('2026/4/1 9:15 +0900', '2026-04-01 00:15:00'), ('2026/04/01T09:15:00.5+09:00', '2026-04-01 00:15:00.5'),
    ('26/03/02 09:15:00Z', none), ('2026年4月1日 9:15Z', none),
    ('20260401T091500Z', '2026-04-01 09:15:00'), ('20260401091500', '2026-04-01 09:15:00'), ('20260401 0915', '2026-04-01 09:15:00'),
    ('20261301T091500Z', none), ('202604012', none), ('00260401091500', none),
    ('未定', none), ('', none)
] %}
{% set days = [
    ('2024-04-01', '2024-04-01'), ('2024/4/1', '2024-04-01'), ('2024年4月1日', '2024-04-01'),
    ('２０２４／４／１', '2024-04-01'), ('20240401', '2024-04-01'), ('令和6年4月1日', '2024-04-01'),
    ('令和元年5月1日', '2019-05-01'), ('R6.4.1', '2024-04-01'), ('H31.4.30', '2019-04-30'), ('昭和64年1月7日', '1989-01-07'),
    ('2024.4.1', '2024-04-01'), ('2024-4-1', '2024-04-01'), ('2009/2/1', '2009-02-01'), ('9999/12/31', '9999-12-31'),
    ('26/3/2', none), ('3/2/26', none), ('6.4.1', none), ('0026-03-02', none), ('00260302', none), ('1899-12-30', none), ('1899/12/30', none), ('2024-13-05', none), ('2023-02-29', none), ('未定', none), ('', none)
] %}
{% set dates = days + [
    ('2024-04-01 23:30:00', '2024-04-01'), ('2024/4/1 23:30', '2024-04-01'),
    ('2024-04-01T00:00:00Z', '2024-04-01'), ('2024-04-01 00:00:00.000 +0000', '2024-04-01'), ('2024-04-01T00:00:00.000+09:00', '2024-04-01'),
    ('2024-04-01T00:00:00XX', none), ('2024-04-01 xx', none),
    ('20240401235959', '2024-04-01'), ('20240401T100000Z', '2024-04-01'),
    ('1711929600000', '2024-04-01'), ('1711972800000', '2024-04-01'), ('1711972800', '2024-04-01'), ('0026-03-02T00:00:00Z', none)
] %}
{# an instant is of the day that it is in at the company #}
{% if business_timezone() == 'Asia/Tokyo' %}
    {% set dates = dates + [('2024/03/31 20:00:00Z', '2024-04-01'), ('1711897200000', '2024-04-01'), ('1711897199', '2024-03-31')] %}
{% endif %}
{% set numbers = [
    ('1200', '1200'), ('1,200', '1200'), ('１２００', '1200'), ('¥1,200', '1200'), ('1,200円', '1200'), ('-1.5', '-1.5'), ('▲3', '-3'),
    ('\\1,200', '1200'), ('１，２００．５', '1200.5'), ('+5', '5'), ('1,234,567.89', '1234567.89'), ('1e3', '1000'),
    ('約100', none), ('1.200,50', none), ('1,2', none), ('12,34', none), ('', none)
] %}
{% set integers = [('1,200', '1200'), ('12.0', '12'), ('１２', '12'), ('1.5', none), ('多数', none)] %}
{% set booleans = [
    ('true', 'true'), ('TRUE', 'true'), ('1', 'true'), ('１', 'true'), ('０', 'false'), ('yes', 'true'), ('はい', 'true'), ('○', 'true'),
    ('有', 'true'), ('無', 'false'), ('あり', 'true'), ('なし', 'false'),
    ('false', 'false'), ('0', 'false'), ('No', 'false'), ('いいえ', 'false'), ('×', 'false'), ('maybe', none)
] %}
{% set texts = [(' a ', 'a'), ('　株式会社 A　', '株式会社 A'), ("\t\u00a0a b \u3000\r\n", 'a b'), ('ab', 'ab'), (' 　\u00a0\t', none), ('', none),
    ('="001"', '001'), ('=" a "', 'a'), ('=""', none), ('="', '="'), ('="a"&"b"', '="a"&"b"')] %}

{# a date alone is the start of the business day, even from a source on UTC: the second line #}
{% set mail_domains = [
    ('taro@acme.example', 'acme.example'), ('taro@日本語.jp', '日本語.jp'), ('taro@acme.example,hanako', none), ('taro@acme.example;090-1234-5678', none),
    ('taro@acme.example、佐藤', none), ('taro', none), ('', none)
] %}
{% set web_domains = [
    ('https://www.Acme.example/about?a=b@c', 'acme.example'), ('acme.example:8080', 'acme.example'), ('taro@acme.example', 'acme.example'),
    ('acme.example, taro@other.example', 'acme.example'), ('acme.example、taro@other.example', 'acme.example'), ('なし', none), ('', none)
] %}
{% set masked = [('taro@acme.example', 't***@acme.example'), ('taro@acme.example;hanako', 't***@***'), ('', none)] %}
{% set groups = [
    ('timestamp', timestamps, parse_timestamp('text', 'UTC')),
    ('date', days, business_date(parse_timestamp('text', 'UTC'))),
    ('date', dates, parse_date('text')),
    ('decimal(18,6)', numbers, parse_number('text')),
    ('bigint', integers, parse_integer('text')),
    ('boolean', booleans, parse_boolean('text')),
    ('varchar', texts, given_text('text')),
    ('varchar', texts[:4], trimmed('text')),
    ('varchar', mail_domains, mail_domain('text')),
    ('varchar', web_domains, web_domain('text')),
    ('varchar', masked, masked_email('text'))
] %}

with cases as (
    {% for wanted_type, cases, expression in groups %}
    select
        '{{ wanted_type }}' as wanted_type,
        text,
        cast({{ expression }} as {{ dbt.type_string() }}) as found,
        cast(cast(wanted as {{ sql_type(wanted_type) }}) as {{ dbt.type_string() }}) as wanted
    from (values
        {%- for text, wanted in cases %}
        (nullif('{{ text }}', ''), {% if wanted is none %}cast(null as {{ dbt.type_string() }}){% else %}'{{ wanted }}'{% endif %}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as examples(text, wanted)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from cases
where found is distinct from wanted
