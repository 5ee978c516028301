-- Months that are over whose credited revenue this version publishes otherwise than the one before, whatever the cause.
with publishes as (
    select publish_no from {{ ref('publishes') }} where is_present
),

restated as (
    select restatements.*
    from {{ ref('kpi_restatements') }} as restatements
    inner join publishes on restatements.publish_no = publishes.publish_no
    where restatements.kpi_code = 'attr_rev' and restatements.grain = 'month' and restatements.segment = 'all'
),

final as (
    select
        'kpi' as subject_type,
        kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(min(old_numerator) as {{ dbt.type_string() }}) || ' before, ' || cast(min(new_numerator) as {{ dbt.type_string() }}) || ' now' as crm_value,
        member || ' ' || cast(period_start as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        as_of as occurred_at
    from restated
    group by kpi_code, member, period_start, as_of
)

select * from final
