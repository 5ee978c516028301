{# Forecast accuracy: how near the forecast made for a fiscal quarter came to what was won in it. #}
with deals as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'won_amt' and view = 'shared' and grain = 'fiscal_quarter' and segment = 'all'
),

forecasts as (
    select quarter_start_on, forecast from {{ ref('forecasts') }}
),

compared as (
    select deals.*, deals.numerator - abs(forecasts.forecast - deals.numerator) as hit_amt
    from deals
    join forecasts on deals.period_start = forecasts.quarter_start_on
),

final as (
    select
        view,
        member,
        grain,
        period_start,
        segment,
        segment_value,
        cast(hit_amt as decimal(28, 2)) as numerator,
        numerator as denominator,
        cast(hit_amt as double) / nullif(cast(numerator as double), 0) as value
    from compared
)

select * from final
