{# Lead to won: lead cycles won within the window after they opened. #}
with leads as (
    select lead_id, opened_on, won_on from {{ ref('lead_facts') }} where is_countable and {{ delivers('crm_opportunity') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        'shared' as view,
        '' as member,
        leads.opened_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('leads.won_on <= ' ~ add_days('leads.opened_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('leads.opened_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from leads
    cross join run_parameters
    join {{ named_window('lead_to_won') }} as windows on {{ in_force('windows', 'leads.opened_on') }}
)

select * from final
