{# The relay rule per boundary: of the handoffs that were to go through the relay and have had their time, those that arrived. #}
with handoffs as (
    select * from {{ ref('relay_handoffs') }}
    where classification not in ('double_entry', 'in_transit', 'declared_non_relay')
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

final as (
    select
        'handoff' as subject_type,
        handoffs.handoff_id as subject_id,
        'shared' as view,
        handoffs.boundary as member,
        coalesce(handoffs.out_on, handoffs.in_on) as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when("handoffs.classification in ('delivered', 'delivered_late', 'recovered', 'grain_merged')") }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from handoffs
    join run_parameters on handoffs.matures_at <= run_parameters.as_of
)

select * from final
