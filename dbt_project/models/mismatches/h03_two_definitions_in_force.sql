-- Numbers of a BI tool that are not those of the shared definition: seeds/bi_measures.csv, as the company reads them off its reports.
with measures as (
    select * from {{ ref('bi_measures') }}
),

ours as (
    select * from {{ ref('kpi_values') }} where statistic in ('sum', 'rate', 'value', 'median')
),

final as (
    select
        'kpi' as subject_type,
        measures.kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        'report ' || cast(measures.value as {{ dbt.type_string() }}) as ma_value,
        'shared ' || coalesce(cast(cast(ours.value as decimal(28, 4)) as {{ dbt.type_string() }}), 'none') as crm_value,
        measures.kpi_code || ' ' || measures.view || ' ' || measures.basis || ' ' || coalesce(measures.member, '') || ' ' || measures.grain || ' '
            || cast(measures.period_start as {{ dbt.type_string() }}) || ' ' || measures.segment || '=' || measures.segment_value as detail,
        null as amount_at_stake,
        {{ business_day_start('measures.period_start') }} as occurred_at
    from measures
    left join ours
        on measures.kpi_code = ours.kpi_code
        and measures.view = ours.view
        and measures.basis = ours.basis
        and coalesce(measures.member, '') = ours.member
        and measures.grain = ours.grain
        and measures.period_start = ours.period_start
        and measures.segment = ours.segment
        and measures.segment_value = ours.segment_value
    where ours.kpi_code is null
        or ours.is_mature
            and (ours.value is null or abs(measures.value - cast(ours.value as decimal(28, 4)))
                > abs(cast(ours.value as decimal(28, 4))) * {{ mismatch_tolerance('h03_percent') }} / 100)
)

select * from final
