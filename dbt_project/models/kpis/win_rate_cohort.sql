{# Opportunities won within the window after their creation. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and created_on is not null
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.created_on as counted_on,
        opportunities.won_on as converted_on,
        {{ counts_when('opportunities.won_on <= ' ~ add_days('opportunities.created_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('opportunities.created_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from opportunities
    cross join run_parameters
    join {{ named_window('opportunity_to_won') }} as windows on {{ in_force('windows', 'opportunities.created_on') }}
)

select * from final
