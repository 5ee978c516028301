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
        (kpi_values.value - kpi_values.previous_value) * 100 / nullif(abs(kpi_values.previous_value), 0) as change_percent
    from {{ ref('kpi_values') }} as kpi_values
    join definitions
        on kpi_values.kpi_code = definitions.kpi_code
            and kpi_values.definition_version = definitions.definition_version
            and kpi_values.basis = definitions.kind
            and kpi_values.member = definitions.first_member
    where kpi_values.grain = 'month' and kpi_values.segment = 'all' and kpi_values.view = 'shared' and kpi_values.statistic <> 'p90'
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
        case when volume.good = quality.good then 1 else -1 end as sense,
        quality.definition_version as partner_version,
        quality.basis as partner_basis,
        quality.member as partner_member
    from monthly as volume
    join definitions on volume.kpi_code = definitions.kpi_code
    join monthly as quality on definitions.partner_code = quality.kpi_code and volume.period_start = quality.period_start
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
        case
            when paired.is_mature
                then paired.change_percent * paired.partner_change_percent * paired.sense < 0
                    and abs(paired.change_percent) > tolerances.tolerance_percent
                    and abs(paired.partner_change_percent) > tolerances.tolerance_percent
        end as is_opposed,
        drivers.driver_segment,
        drivers.driver_value
    from paired
    join tolerances on {{ in_force('tolerances', 'paired.period_start') }}
    left join {{ ref('kpi_drivers') }} as drivers
        on paired.partner_code = drivers.kpi_code
            and paired.partner_version = drivers.definition_version
            and drivers.view = 'shared'
            and paired.partner_basis = drivers.basis
            and paired.partner_member = drivers.member
            and paired.period_start = drivers.period_start
)

select * from final
