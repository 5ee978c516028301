-- kpi_values from the rows that KPIs count, written for DuckDB by hand. Whatever tells values apart is packed into one number:
--   series << 36 | 90th percentile << 35 | segment << 20 | grain << 16 | first day of the period, in days since 1899.
-- `warehouse` is attached. Derived values, targets and the zeros that stand against them are taken from it as they are.

set variable as_of_day = (select date_diff('day', date '1899-01-01', as_of_on) from warehouse.conformed.run_parameters);

create temp table days as
select
    date_on,
    date_diff('day', date '1899-01-01', date_on) as day,
    65536 + date_diff('day', date '1899-01-01', week_start_on) as week,
    131072 + date_diff('day', date '1899-01-01', month_start_on) as month,
    196608 + date_diff('day', date '1899-01-01', fiscal_quarter_start_on) as quarter,
    262144 + date_diff('day', date '1899-01-01', fiscal_year_start_on) as year
from warehouse.conformed.con_calendar
where date_on <= (select as_of_on from warehouse.conformed.run_parameters);

create temp table periods as
select
    period,
    grain,
    period_start,
    last_day < getvariable('as_of_day') as is_over,
    least(last_day, getvariable('as_of_day')) as read_on,
    (period >> 16 << 16) + date_diff('day', date '1899-01-01', (period_start - step)::date) as previous,
    (period >> 16 << 16) + date_diff('day', date '1899-01-01', (period_start - year)::date) as last_year
from (
    select
        period,
        grain,
        step,
        year,
        (date '1899-01-01' + (period & 65535)::integer)::date as period_start,
        date_diff('day', date '1899-01-01', (date '1899-01-01' + (period & 65535)::integer + step)::date) - 1 as last_day
    from (select distinct unnest([day, week, month, quarter, year]) as period from days)
    join (values
        (0, 'day', interval 1 day, interval 1 year), (1, 'week', interval 7 day, interval 364 day), (2, 'month', interval 1 month, interval 1 year),
        (3, 'fiscal_quarter', interval 3 month, interval 1 year), (4, 'fiscal_year', interval 1 year, interval 1 year)
    ) as grains(number, grain, step, year) on number = period >> 16
);

create temp table days_of_periods as
select date_on, unnest([day, week, month, quarter, year]) as period from days;

create temp table series as
select row_number() over () as series, *
from (
    select distinct kpi_code, definition_version, view, member, kind, kind as basis, has_period_basis from warehouse.marts.kpi_rows
    union all
    select distinct kpi_code, definition_version, view, member, kind, 'period', null from warehouse.marts.kpi_rows where has_period_basis
    union
    select distinct kpi_code, definition_version, view, member, basis, basis, false from warehouse.kpis.kpi_values_derived
    union
    select distinct kpi_code, definition_version, view, member, basis, basis, false from warehouse.kpis.kpi_values_idle
);

create temp table series_of_rows as
select own.*, (own.series << 36)::bigint as base, (period.series << 36)::bigint as period_base
from series as own
left join series as period
    on own.has_period_basis and period.has_period_basis is null and own.kpi_code = period.kpi_code and own.definition_version = period.definition_version
        and own.view = period.view and own.member = period.member
where own.has_period_basis is not null;

create temp table segments as
select row_number() over (order by segment <> 'all', segment, value) - 1 as number, segment, value
from (
    select distinct segment, value
    from (
        select distinct channel, campaign, persona, industry, company_size, owner, region from warehouse.marts.kpi_rows
    ) unpivot (value for segment in (channel, campaign, persona, industry, company_size, owner, region))
    union
    select segment, segment_value from warehouse.kpis.kpi_values_derived
    union
    select segment, segment_value from warehouse.kpis.kpi_values_idle
    union
    select segment, segment_value from warehouse.kpis.kpi_targets
    union
    select 'all', 'all'
);

create temp type channels as enum (select value from segments where segment = 'channel' order by number);

create temp type campaigns as enum (select value from segments where segment = 'campaign' order by number);

create temp type personas as enum (select value from segments where segment = 'persona' order by number);

create temp type industrys as enum (select value from segments where segment = 'industry' order by number);

create temp type company_sizes as enum (select value from segments where segment = 'company_size' order by number);

create temp type owners as enum (select value from segments where segment = 'owner' order by number);

create temp type regions as enum (select value from segments where segment = 'region' order by number);

create temp table entries as
select
    base, period_base, kind, counted_on, converted_on, left_on, grain, numerator, denominator, measure, is_censored, is_mature,
    case when kind = 'distinct' then subject_type || subject_id end as subject,
    (enum_code(channel::channels) + (select min(number) from segments where segment = 'channel')) << 20 as c,
    (enum_code(campaign::campaigns) + (select min(number) from segments where segment = 'campaign')) << 20 as m,
    (enum_code(persona::personas) + (select min(number) from segments where segment = 'persona')) << 20 as p,
    (enum_code(industry::industrys) + (select min(number) from segments where segment = 'industry')) << 20 as i,
    (enum_code(company_size::company_sizes) + (select min(number) from segments where segment = 'company_size')) << 20 as z,
    (enum_code(owner::owners) + (select min(number) from segments where segment = 'owner')) << 20 as o,
    (enum_code(region::regions) + (select min(number) from segments where segment = 'region')) << 20 as r
from warehouse.marts.kpi_rows
join series_of_rows using (kpi_code, definition_version, view, member, kind);

create temp table by_day as
with dated as (
    select base as k, counted_on as date_on, numerator, coalesce(denominator, 0) as denominator, is_mature, c, m, p, i, z, o, r
    from entries
    where kind in ('flow', 'cohort', 'period')
    union all
    select period_base, counted_on, 0, denominator, null, c, m, p, i, z, o, r from entries where period_base is not null and denominator <> 0
    union all
    select period_base, converted_on, 1, 0, null, c, m, p, i, z, o, r from entries where period_base is not null and converted_on is not null
),

packed as (
    select
        k + day as k, k + day + c as kc, k + day + m as km, k + day + p as kp, k + day + i as ki, k + day + z as kz, k + day + o as ko, k + day + r as kr,
        numerator, denominator, is_mature
    from dated
    join days using (date_on)
)

select
    coalesce(k, kc, km, kp, ki, kz, ko, kr) as k, sum(numerator) as numerator, sum(denominator) as denominator, count(*) as n,
    coalesce(bool_and(is_mature), true) as is_mature
from packed
group by grouping sets ((k), (kc), (km), (kp), (ki), (kz), (ko), (kr));

create temp table by_month as
select k - day + month as k, sum(numerator) as numerator, sum(denominator) as denominator, sum(n) as n, bool_and(is_mature) as is_mature
from by_day
join days on k & 1048575 = day
group by all;

create temp table by_period as
from by_day
union all
select k - day + week, sum(numerator), sum(denominator), sum(n), bool_and(is_mature)
from by_day
join days on k & 1048575 = day
group by k - day + week
union all
from by_month
union all
select k - months.month + months.quarter, sum(numerator), sum(denominator), sum(n), bool_and(is_mature)
from by_month
join (select distinct month, quarter from days) as months on k & 1048575 = months.month
group by k - months.month + months.quarter
union all
select k - months.month + months.year, sum(numerator), sum(denominator), sum(n), bool_and(is_mature)
from by_month
join (select distinct month, year from days) as months on k & 1048575 = months.month
group by k - months.month + months.year;

create temp table durations as
with measured as (
    select
        base + period as k, measure, is_censored, case when is_censored then 'infinity'::double else measure::double end as ordered, c, m, p, i, z, o, r
    from entries
    join days_of_periods on counted_on = date_on
    where kind = 'duration'
)

select
    coalesce(k, kc, km, kp, ki, kz, ko, kr) as k, coalesce(sum(measure) filter (not is_censored), 0) as numerator,
    count(measure) filter (not is_censored) as n, count(*) filter (is_censored) as censored_cnt, quantile_cont(ordered, [0.5, 0.9]) as quantiles
from (
    select k, k + c as kc, k + m as km, k + p as kp, k + i as ki, k + z as kz, k + o as ko, k + r as kr, measure, is_censored, ordered from measured
)
group by grouping sets ((k), (kc), (km), (kp), (ki), (kz), (ko), (kr));

create temp table stocks as
with moves as (
    select base as k, counted_on as date_on, numerator as amount, 1 as unit, c, m, p, i, z, o, r
    from entries
    where kind = 'stock' and counted_on is not null and (left_on is null or left_on > counted_on)
    union all
    select base, left_on, -numerator, -1, c, m, p, i, z, o, r
    from entries
    where kind = 'stock' and left_on > counted_on
),

changes as (
    select
        coalesce(k, kc, km, kp, ki, kz, ko, kr) as k, date_diff('day', date '1899-01-01', date_on) as day, sum(amount) as amount, sum(unit) as unit
    from (select k, k + c as kc, k + m as km, k + p as kp, k + i as ki, k + z as kz, k + o as ko, k + r as kr, date_on, amount, unit from moves)
    group by grouping sets ((k, date_on), (kc, date_on), (km, date_on), (kp, date_on), (ki, date_on), (kz, date_on), (ko, date_on), (kr, date_on))
),

levels as (
    select
        k, day, lead(day, 1, 1000000) over running as until_day, sum(amount) over running as amount, sum(unit) over running as n
    from changes
    window running as (partition by k order by day)
)

select k + period as k, amount as numerator, n, is_over as is_mature
from levels
join periods on day <= read_on and until_day > read_on
where n > 0;

create temp table starts as
with dated as (
    select base + period as k, numerator, denominator, is_mature, c, m, p, i, z, o, r
    from entries
    join periods on entries.grain = periods.grain and counted_on = period_start
    where kind = 'start_cohort'
)

select
    coalesce(k, kc, km, kp, ki, kz, ko, kr) as k, sum(numerator) as numerator, sum(denominator) as denominator, count(*) as n,
    bool_and(is_mature) as is_mature
from (
    select k, k + c as kc, k + m as km, k + p as kp, k + i as ki, k + z as kz, k + o as ko, k + r as kr, numerator, denominator, is_mature from dated
)
group by grouping sets ((k), (kc), (km), (kp), (ki), (kz), (ko), (kr));

create temp table distincts as
with once as (
    select distinct base + period as k, subject, c, m, p, i, z, o, r
    from entries
    join days_of_periods on counted_on = date_on
    where kind = 'distinct'
)

select coalesce(k, kc, km, kp, ki, kz, ko, kr) as k, count(*) as n
from (select k, k + c as kc, k + m as km, k + p as kp, k + i as ki, k + z as kz, k + o as ko, k + r as kr from once)
group by grouping sets ((k), (kc), (km), (kp), (ki), (kz), (ko), (kr));

create temp table given as
select
    (series << 36) + (number << 20) + period as k, statistic, numerator, denominator, given.value, n, censored_cnt, is_mature
from (from warehouse.kpis.kpi_values_derived union all from warehouse.kpis.kpi_values_idle) as given
join series using (kpi_code, definition_version, view, member, basis)
join segments on given.segment = segments.segment and segment_value = segments.value
join periods using (grain, period_start);

create temp table targets as
select (series << 36) + (number << 20) + period as k, target
from warehouse.kpis.kpi_targets as targets
join series on targets.kpi_code = series.kpi_code and targets.view = series.view and targets.member = series.member and basis = kind
join segments on targets.segment = segments.segment and segment_value = segments.value
join periods using (grain, period_start);

create temp table numbers as
select
    k, if(basis = 'flow', 'sum', 'rate') as statistic, numerator::decimal(28, 2) as numerator,
    if(basis = 'flow', null, denominator)::decimal(28, 2) as denominator,
    if(basis = 'flow', numerator::double, numerator::double / nullif(denominator::double, 0)) as value, n::bigint as n, null::bigint as censored_cnt,
    by_period.is_mature and is_over as is_mature
from by_period
join series on k >> 36 = series
join periods on k & 1048575 = period
union all
select
    k + (place << 35), if(place = 0, 'median', 'p90'), numerator, n, if(quantiles[place + 1] < 'infinity', quantiles[place + 1], null), n, censored_cnt, is_over and censored_cnt = 0
from durations
cross join (values (0::bigint), (1::bigint)) as places(place)
join periods on k & 1048575 = period
union all
select k, 'sum', numerator, null, numerator::double, n, null, is_mature from stocks
union all
select k, 'rate', numerator, denominator, numerator::double / nullif(denominator::double, 0), n, null, is_mature from starts
union all
select k, 'sum', n, null, n::double, n, null, is_over from distincts join periods on k & 1048575 = period
union all
from given;

create table marts.kpi_values as
with placed as (
    select
        numbers.*, grain, period_start, target, before.value as previous_value, year_before.value as last_year_value
    from numbers
    join periods on numbers.k & 1048575 = period
    left join numbers as before on numbers.k - period + previous = before.k
    left join numbers as year_before on numbers.k - period + last_year = year_before.k
    left join targets on numbers.k = targets.k
)

select
    kpi_code,
    definition_version,
    'as_was' as definition_basis,
    view,
    basis,
    member,
    grain,
    period_start,
    segments.segment,
    segments.value as segment_value,
    statistic,
    numerator,
    denominator,
    placed.value,
    n,
    censored_cnt,
    is_mature,
    as_of,
    target,
    placed.value / nullif(target::double, 0) as attainment,
    previous_value,
    last_year_value
from placed
join series on k >> 36 = series
join segments on (k >> 20) & 32767 = number
cross join warehouse.conformed.run_parameters;
