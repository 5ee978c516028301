{# MQLs: lead cycles, each on the day it became one. #}
with leads as (
    select * from {{ ref('lead_facts') }} where is_countable
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        mql_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from leads
    where mql_on is not null
)

select * from final
