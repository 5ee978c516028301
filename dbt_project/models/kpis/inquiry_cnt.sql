{# Inquiries: responses of countable people, each on its day. #}
with responses as (
    select * from {{ ref('responses') }} where is_countable
),

final as (
    select
        'response' as subject_type,
        response_id as subject_id,
        'shared' as view,
        '' as member,
        occurred_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from responses
)

select * from final
