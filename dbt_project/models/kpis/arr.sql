{# Annual recurring revenue: twelve times the MRR of the contracts active on a day. #}
with levels as (
    select * from {{ ref('contract_levels') }} where arr is not null
),

final as (
    select
        'contract' as subject_type,
        contract_id as subject_id,
        'shared' as view,
        '' as member,
        from_on as in_from,
        to_on as in_to,
        arr as amount
    from levels
)

select * from final
