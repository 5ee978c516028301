{# People who became an MQL for the first time within the window after they were first seen. #}
with new_leads as (
    select subject_id as person_key, counted_on from {{ ref('lead_new') }} where {{ delivers('ma_person') }}
),

first_mqls as (
    select person_key, min(mql_on) as mql_on
    from {{ ref('lead_facts') }}
    where is_countable and mql_on is not null
    group by person_key
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'person' as subject_type,
        new_leads.person_key as subject_id,
        'shared' as view,
        '' as member,
        new_leads.counted_on,
        first_mqls.mql_on as converted_on,
        {{ counts_when('first_mqls.mql_on <= ' ~ add_days('new_leads.counted_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('new_leads.counted_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from new_leads
    cross join run_parameters
    join {{ named_window('lead_to_mql') }} as windows on {{ in_force('windows', 'new_leads.counted_on') }}
    left join first_mqls on new_leads.person_key = first_mqls.person_key
)

select * from final
