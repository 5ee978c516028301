{# Recycled lead cycles whose person came back with an opportunity within the window. #}
with recycled as (
    select lead_id, person_key, cycle_no, closed_on
    from {{ ref('lead_facts') }}
    where is_countable and close_reason = 'recycled'
),

comebacks as (
    select person_key, cycle_no, opportunity_created_on
    from {{ ref('lead_facts') }}
    where person_key is not null and opportunity_created_on is not null
),

first_comebacks as (
    select recycled.lead_id, min(comebacks.opportunity_created_on) as opportunity_created_on
    from recycled
    join comebacks on recycled.person_key = comebacks.person_key and comebacks.cycle_no > recycled.cycle_no
    group by recycled.lead_id
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        recycled.lead_id as subject_id,
        'shared' as view,
        '' as member,
        recycled.closed_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('first_comebacks.opportunity_created_on <= ' ~ add_days('recycled.closed_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('recycled.closed_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from recycled
    cross join run_parameters
    join {{ named_window('recycle_to_opportunity') }} as windows on {{ in_force('windows', 'recycled.closed_on') }}
    left join first_comebacks on recycled.lead_id = first_comebacks.lead_id
)

select * from final
