{# Handed-over lead cycles that inside sales accepted within the window. #}
with leads as (
    select * from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and {{ delivers('crm_lead') }}
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
        leads.handed_over_on as counted_on,
        leads.accepted_on as converted_on,
        {{ counts_when('leads.accepted_on <= ' ~ add_days('leads.handed_over_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('leads.handed_over_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from leads
    cross join run_parameters
    join {{ named_window('acceptance') }} as windows on {{ in_force('windows', 'leads.handed_over_on') }}
)

select * from final
