-- Which opportunities are valid (有効商談): accepted by field sales, enough BANT fields filled, amount and close date set.
with facts as (
    select * from {{ ref('opportunity_facts') }}
),

limits as (
    select * from {{ ref('limits') }} where name = 'bant_fields'
),

filled as (
    select
        *,
        {{ business_date('fs_accepted_at') }} as fs_accepted_on,
        case when budget is null then 0 else 1 end
        + case when authority is null then 0 else 1 end
        + case when need is null then 0 else 1 end
        + case when timeline is null then 0 else 1 end as bant_field_cnt
    from facts
),

final as (
    select
        filled.opportunity_id,
        filled.fs_accepted_at,
        cast(filled.bant_field_cnt as bigint) as bant_field_cnt,
        filled.fs_accepted_at is not null
            and coalesce(filled.bant_field_cnt >= limits.value, false)
            and filled.amount is not null
            and filled.close_on is not null as is_valid_opportunity
    from filled
    left join limits on {{ in_force('limits', 'filled.fs_accepted_on') }}
)

select * from final
