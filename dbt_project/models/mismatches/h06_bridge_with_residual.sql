-- Months in which something stands between marketing's number and sales's that no reason explains.
with residuals as (
    select * from {{ ref('kpi_bridge') }}
    where reason = 'unexplained' and grain = 'month' and segment = 'all' and (count <> 0 or amount <> 0)
),

final as (
    select
        'kpi' as subject_type,
        kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        side as ma_value,
        'unexplained ' || cast(count as {{ dbt.type_string() }}) as crm_value,
        kpi_code || ' ' || cast(period_start as {{ dbt.type_string() }}) || ' ' || component || ' ' || side as detail,
        null as amount_at_stake,
        {{ business_day_start('period_start') }} as occurred_at
    from residuals
)

select * from final
