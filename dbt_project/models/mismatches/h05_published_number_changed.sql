-- Values of closed periods that this version publishes otherwise than the one before, with a residual that no cause explains.
with publishes as (
    select publish_no from {{ ref('publishes') }} where is_present
),

restated as (
    select restatements.*
    from {{ ref('kpi_restatements') }} as restatements
    inner join publishes on restatements.publish_no = publishes.publish_no
    where restatements.cause = 'unexplained' and restatements.segment = 'all'
),

final as (
    select
        'kpi' as subject_type,
        kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        'unexplained ' || cast(numerator_difference as {{ dbt.type_string() }}) || ' / ' || cast(denominator_difference as {{ dbt.type_string() }}) as crm_value,
        kpi_code || ' ' || view || ' ' || basis || ' ' || member || ' ' || grain || ' ' || cast(period_start as {{ dbt.type_string() }}) || ' ' || statistic as detail,
        null as amount_at_stake,
        as_of as occurred_at
    from restated
)

select * from final
