-- Valid opportunity: the first opportunity of the cycle that is valid, when field sales accepted it.
with valid as (
    select * from {{ ref('valid_opportunities') }} where is_valid_opportunity
),

final as (
    select
        cycle_opportunities.lead_id,
        valid.fs_accepted_at as valid_opportunity_at,
        {{ business_date('valid.fs_accepted_at') }} as valid_opportunity_on,
        valid.opportunity_id
    from {{ ref('cycle_opportunities') }} as cycle_opportunities
    inner join valid on cycle_opportunities.opportunity_id = valid.opportunity_id
    qualify row_number() over (
        partition by cycle_opportunities.lead_id order by valid.fs_accepted_at nulls last, valid.opportunity_id nulls last
    ) = 1
)

select * from final
