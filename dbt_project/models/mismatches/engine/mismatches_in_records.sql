{# What the evaluated rules of every group but H raise now: what they find, but for what may be in transit. #}
with findings as (
    select * from {{ ref('mismatch_findings') }} where not is_in_transit
),

final as (
    {{ raised_mismatches('findings') }}
)

select * from final
