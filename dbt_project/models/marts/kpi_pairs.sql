{# Volume beside its quality, month by month: both changes, and whether one was bought with the other. Nothing is said of a month whose numbers
   can still change. #}
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

tolerances as (
    select value as tolerance_percent, valid_from, valid_to from {{ ref('limits') }} where name = 'pair_tolerance_percent'
),

-- of a KPI with variants, the first
monthly as (
    select
        kpi_values.*,
        definitions.good,
        kpi_values.value - kpi_values.previous_value as change,
        (kpi_values.value - kpi_values.previous_value) * 100 / nullif(abs(kpi_values.previous_value), 0) as change_percent
    from {{ ref('kpi_values') }} as kpi_values
    join definitions
        on kpi_values.kpi_code = definitions.kpi_code
            and kpi_values.definition_version = definitions.definition_version
            and kpi_values.basis = definitions.kind
            and kpi_values.member = definitions.first_member
    where kpi_values.grain = 'month' and kpi_values.segment = 'all' and kpi_values.view = 'shared' and kpi_values.statistic <> 'p90'
),

-- 1 up, -1 down, 0 within the tolerance; what was 0 and no longer is has moved, though by no percentage
moved as (
    select
        monthly.*,
        case
            when monthly.previous_value = 0 or abs(monthly.change_percent) > tolerances.tolerance_percent then sign(monthly.change)
            when monthly.change is not null then 0
        end as moved
    from monthly
    join tolerances on {{ in_force('tolerances', 'monthly.period_start') }}
),

paired as (
    select
        volume.kpi_code,
        quality.kpi_code as partner_code,
        volume.period_start,
        volume.value,
        volume.previous_value,
        volume.change_percent,
        quality.value as partner_value,
        quality.previous_value as partner_previous_value,
        quality.change_percent as partner_change_percent,
        volume.is_mature and quality.is_mature as is_mature,
        -- what did not move is opposed to nothing, even where nobody knows how the other moved
        case
            when volume.is_mature and quality.is_mature
                then volume.moved <> 0 and quality.moved <> 0 and volume.moved * quality.moved * case when volume.good = quality.good then 1 else -1 end < 0
        end as is_opposed,
        quality.definition_version as partner_version,
        quality.basis as partner_basis,
        quality.member as partner_member
    from moved as volume
    join definitions on volume.kpi_code = definitions.kpi_code
    join moved as quality on definitions.partner_code = quality.kpi_code and volume.period_start = quality.period_start
    where definitions.direction = 'V'
),

final as (
    select
        paired.kpi_code,
        paired.partner_code,
        paired.period_start,
        paired.value,
        paired.previous_value,
        paired.change_percent,
        paired.partner_value,
        paired.partner_previous_value,
        paired.partner_change_percent,
        paired.is_mature,
        paired.is_opposed,
        drivers.driver_segment,
        drivers.driver_value
    from paired
    left join {{ ref('kpi_drivers') }} as drivers
        on paired.partner_code = drivers.kpi_code
            and paired.partner_version = drivers.definition_version
            and drivers.view = 'shared'
            and paired.partner_basis = drivers.basis
            and paired.partner_member = drivers.member
            and paired.period_start = drivers.period_start
)

select * from final
