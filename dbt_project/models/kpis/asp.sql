{# Average deal: the amount of the won deals that have one. #}
with amounts as (
    select * from {{ ref('won_amt') }}
),

final as (
    select
        subject_type,
        subject_id,
        view,
        member,
        counted_on,
        numerator,
        cast(1 as decimal(18, 2)) as denominator
    from amounts
)

select * from final
