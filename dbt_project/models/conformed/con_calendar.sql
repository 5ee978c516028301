{# Months since the fiscal year's start month, and the date parts that follow from it, never pass through a zone: a calendar date is a date. #}
{%- set fiscal_start = var('fiscal_year_start_month') | int -%}
with days as (
    select
        {{ add_days("date '1900-01-01'", 'day_no') }} as date_on,
        -- 1 January 1900 was a Monday, and no earlier date is read
        cast(day_no % 7 + 1 as integer) as day_of_week
    from range(0, 51500) as spine(day_no)
),

holidays as (
    select holiday_on, name from {{ ref('holidays') }}
),

hours as (
    select cast(close_minute - open_minute as bigint) as minutes_per_day from {{ ref('business_hours') }}
),

dated as (
    select
        days.date_on,
        days.day_of_week,
        cast(date_trunc('week', days.date_on) as date) as week_start_on,
        cast(date_trunc('month', days.date_on) as date) as month_start_on,
        cast(date_trunc('quarter', days.date_on) as date) as quarter_start_on,
        cast(extract(year from days.date_on) as integer) as year,
        cast(extract(quarter from days.date_on) as integer) as quarter,
        cast(extract(month from days.date_on) as integer) as month,
        cast((extract(month from days.date_on) + 12 - {{ fiscal_start }}) % 12 as integer) as fiscal_month_no,
        days.day_of_week <= 5 and holidays.holiday_on is null as is_business_day,
        holidays.name as holiday_name
    from days
    left join holidays on days.date_on = holidays.holiday_on
),

fiscal as (
    select
        *,
        case when month < {{ fiscal_start }} then year - 1 else year end as fiscal_year,
        case when fiscal_month_no < 3 then 1 when fiscal_month_no < 6 then 2 when fiscal_month_no < 9 then 3 else 4 end as fiscal_quarter,
        month - fiscal_month_no % 3 as fiscal_quarter_first_month,
        sum(case when is_business_day then cast(1 as bigint) else cast(0 as bigint) end)
            over (order by date_on rows between unbounded preceding and current row)
            - case when is_business_day then 1 else 0 end as business_days_before
    from dated
),

final as (
    select
        fiscal.date_on,
        fiscal.day_of_week,
        fiscal.week_start_on,
        fiscal.month_start_on,
        fiscal.quarter_start_on,
        fiscal.year,
        fiscal.quarter,
        fiscal.month,
        fiscal.fiscal_year,
        fiscal.fiscal_quarter,
        case
            when fiscal.fiscal_quarter_first_month >= 1 then make_date(fiscal.year, fiscal.fiscal_quarter_first_month, 1)
            else make_date(fiscal.year - 1, fiscal.fiscal_quarter_first_month + 12, 1)
        end as fiscal_quarter_start_on,
        make_date(fiscal.fiscal_year, {{ fiscal_start }}, 1) as fiscal_year_start_on,
        fiscal.is_business_day,
        fiscal.holiday_name,
        cast(fiscal.business_days_before as bigint) as business_day_no,
        cast(fiscal.business_days_before * hours.minutes_per_day as bigint) as business_minutes_before
    from fiscal
    cross join hours
)

select * from final
