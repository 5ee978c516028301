{# One row per day: calendar, fiscal and business days. #}
with calendar as (
    select * from {{ ref('con_calendar') }}
),

final as (
    select
        date_on,
        day_of_week,
        week_start_on,
        month_start_on,
        quarter_start_on,
        year,
        quarter,
        month,
        fiscal_year,
        fiscal_quarter,
        fiscal_quarter_start_on,
        fiscal_year_start_on,
        is_business_day,
        holiday_name,
        business_day_no,
        business_minutes_before
    from calendar
)

select * from final
