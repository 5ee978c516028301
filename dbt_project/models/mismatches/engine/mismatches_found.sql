{# What the evaluated rules raise now. Rules of group H read KPI values, which read mismatches_in_records; all others are there. #}
with findings as (
    {{ identified_mismatches(['h']) }}
),

final as (
    {{ raised_mismatches('findings') }}
)

select * from final
union all
select * from {{ ref('mismatches_in_records') }}
