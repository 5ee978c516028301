-- Closes that the day boundary also moves into another fiscal period.
with moved as (
    select faults.*, opportunities.close_on, opportunities.closed_on
    from {{ ref('h01_day_boundary') }} as faults
    inner join {{ ref('con_opportunities') }} as opportunities on faults.subject_id = opportunities.opportunity_id
),

calendar as (
    select date_on, month_start_on, fiscal_quarter_start_on, fiscal_year_start_on from {{ ref('con_calendar') }}
),

final as (
    select
        'opportunity' as subject_type,
        moved.subject_id,
        null as ma_record_id,
        moved.crm_record_id,
        null as ma_value,
        moved.crm_value,
        case
            when told.fiscal_year_start_on <> true_days.fiscal_year_start_on then 'fiscal_year'
            when told.fiscal_quarter_start_on <> true_days.fiscal_quarter_start_on then 'fiscal_quarter'
            else 'month'
        end as detail,
        null as amount_at_stake,
        moved.occurred_at
    from moved
    inner join calendar as told on moved.close_on = told.date_on
    inner join calendar as true_days on {{ business_date('moved.occurred_at') }} = true_days.date_on
    where told.month_start_on <> true_days.month_start_on
)

select * from final
