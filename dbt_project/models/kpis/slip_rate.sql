{# Close-date slip: of the opportunities that were due in a fiscal quarter on its eve, those that did not close in it and are now due after it. #}
with quarters as (
    select distinct period_start, {{ add_days('period_start', '-1') }} as eve_on, period_end_on, read_on, is_over
    from {{ ref('kpi_periods') }}
    where grain = 'fiscal_quarter'
),

opportunities as (
    select * from {{ ref('opp_open') }}
),

closes as (
    select opportunity_id, closed_on from {{ ref('con_opportunities') }}
),

close_dates as (
    select * from {{ ref('opportunity_close_dates') }}
),

due as (
    select quarters.*, opportunities.subject_id as opportunity_id
    from quarters
    join opportunities
        on opportunities.in_from <= quarters.eve_on and (opportunities.in_to is null or opportunities.in_to > quarters.eve_on)
    join close_dates
        on opportunities.subject_id = close_dates.opportunity_id
            and (close_dates.from_on is null or close_dates.from_on <= quarters.eve_on)
            and (close_dates.to_on is null or close_dates.to_on > quarters.eve_on)
            and close_dates.close_on between quarters.period_start and quarters.period_end_on
),

final as (
    select
        'opportunity' as subject_type,
        due.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        'fiscal_quarter' as grain,
        due.period_start,
        {{ counts_when('(closes.closed_on is null or closes.closed_on > due.read_on) and close_dates.close_on > due.period_end_on') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        due.is_over as is_mature
    from due
    join closes on due.opportunity_id = closes.opportunity_id
    join close_dates
        on due.opportunity_id = close_dates.opportunity_id
            and (close_dates.from_on is null or close_dates.from_on <= due.read_on)
            and (close_dates.to_on is null or close_dates.to_on > due.read_on)
)

select * from final
