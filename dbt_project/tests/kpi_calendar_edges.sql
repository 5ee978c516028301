-- Blocking: the calendar turns where it should, with the fiscal year of this project's settings.
{% set first_month = var('fiscal_year_start_month') | int -%}
select calendar.*
from {{ ref('con_calendar') }} as calendar
where (calendar.month = {{ first_month }} and calendar.date_on = calendar.month_start_on and calendar.date_on <> calendar.fiscal_year_start_on)
    or calendar.fiscal_year_start_on > calendar.fiscal_quarter_start_on
    or calendar.fiscal_quarter_start_on > calendar.month_start_on
    or (calendar.fiscal_quarter = 1) <> (calendar.fiscal_quarter_start_on = calendar.fiscal_year_start_on)
    or extract(year from calendar.fiscal_year_start_on) <> calendar.fiscal_year
    or (calendar.date_on = date '2026-01-05' and calendar.day_of_week <> 1)
    or (calendar.is_business_day and calendar.day_of_week > 5)
