{# The opportunity rate as the teams count it: marketing of all lead cycles, from their opening on; sales of those that came in, and only once a
   meeting was held. #}
with cycles as (
    select * from {{ ref('team_cycles') }} where is_countable and {{ delivers('crm_opportunity') }}
),

shared as (
    select subject_id, counted_on, converted_on, numerator from {{ ref('opp_rate') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

sides as (
    select 'marketing' as view, cycles.*, opened_on as counted_on, opportunity_created_on as converted_on from cycles
    union all
    select 'sales', cycles.*, received_on, opportunity_met_on from cycles where received_on is not null
),

final as (
    select
        'lead_cycle' as subject_type,
        sides.lead_id as subject_id,
        sides.view,
        '' as member,
        sides.counted_on,
        sides.converted_on,
        {{ counts_when('sides.converted_on <= ' ~ add_days('sides.counted_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('sides.counted_on', 'windows.days') }} < run_parameters.as_of_on as is_mature,
        sides.lead_id as row_id,
        {{ bridge_no_record({
            'sides.inflow_as': 'sides.handed_over_on is null',
            "'not_handed_over'": 'sides.handed_over_on is null',
            "'outside_window'": 'shared.numerator = 0 and shared.converted_on is not null',
        }) }}
    from sides
    cross join run_parameters
    join {{ named_window('handoff_to_opportunity') }} as windows on {{ in_force('windows', 'sides.counted_on') }}
    left join shared on sides.lead_id = shared.subject_id
)

select * from final
