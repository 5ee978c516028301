{# The responses before each won, priced opportunity, in order, with the credit that each model of attribution [attribution_weights.csv] gives
   them. A deal without touch has one row without response. #}
with deals as (
    select amounts.subject_id as opportunity_id, amounts.counted_on as won_on, amounts.numerator as amount, opportunities.created_at, opportunities.person_key
    from {{ ref('won_amt') }} as amounts
    join {{ ref('con_opportunities') }} as opportunities on amounts.subject_id = opportunities.opportunity_id
    where amounts.view = 'shared'
),

responses as (
    select * from {{ ref('responses') }} where is_countable
),

touches as (
    select
        deals.opportunity_id,
        responses.response_id,
        row_number() over (
            partition by deals.opportunity_id order by responses.occurred_at nulls last, responses.activity_id nulls last, responses.response_id nulls last
        ) as touch_no,
        count(*) over (partition by deals.opportunity_id) as touch_cnt
    from deals
    join responses on deals.person_key = responses.person_key and responses.occurred_at <= deals.created_at
),

weighed as (
    select
        deals.opportunity_id,
        deals.won_on,
        deals.amount,
        touches.response_id,
        touches.touch_no,
        weights.member,
        weights.middle_ppm,
        case
            when touches.touch_no = 1 then weights.first_ppm
            when touches.touch_no = touches.touch_cnt then weights.last_ppm
        end as own_ppm,
        -- the first and the last have their place in the middle where they have no weight of their own
        touches.touch_cnt - 2
            + case when weights.first_ppm is null then 1 else 0 end
            + case when weights.last_ppm is null then 1 else 0 end as middle_cnt
    from deals
    join {{ ref('attribution_weights') }} as weights on {{ in_force('weights', 'deals.won_on') }}
    left join touches on deals.opportunity_id = touches.opportunity_id
),

final as (
    select
        opportunity_id,
        won_on,
        amount,
        response_id,
        member,
        coalesce(touch_no, 1) as touch_no,
        cast(
            coalesce(own_ppm, 0) + coalesce(case
                when middle_cnt = 0 then floor(middle_ppm / 2)
                when own_ppm is null then floor(middle_ppm / nullif(middle_cnt, 0))
            end, 0)
            as bigint
        ) as credit_ppm
    from weighed
)

select * from final
