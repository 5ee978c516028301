-- Rates that would mislead a reader: a period's rate above 100 % on a base that is not small, or a number called final before its period ends.
with rates as (
    select rates.*, catalogue.unit
    from {{ ref('kpi_values') }} as rates
    inner join {{ ref('kpi_definitions') }} as catalogue on rates.kpi_code = catalogue.kpi_code
    where rates.segment = 'all' and rates.view = 'shared' and rates.is_mature
),

periods as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

final as (
    select
        'kpi' as subject_type,
        rates.kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(rates.numerator as {{ dbt.type_string() }}) || ' of ' || cast(rates.denominator as {{ dbt.type_string() }}) as crm_value,
        rates.kpi_code || ' ' || rates.basis || ' ' || rates.member || ' ' || rates.grain || ' '
            || cast(rates.period_start as {{ dbt.type_string() }}) || ' ' || rates.statistic as detail,
        null as amount_at_stake,
        {{ business_day_start('rates.period_start') }} as occurred_at
    from rates
    inner join periods on rates.grain = periods.grain and rates.period_start = periods.period_start
    where not periods.is_over
        or rates.unit = '%'
            and rates.basis = 'period'
            and rates.grain in ('month', 'fiscal_quarter', 'fiscal_year')
            and rates.numerator > rates.denominator
            and rates.denominator >= {{ mismatch_tolerance('h07_min_denominator') }}
)

select * from final
