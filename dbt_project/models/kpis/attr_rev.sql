{# Won amounts credited to the responses before the opportunity. Every model of attribution credits each deal whole: touches after the first
   with credit get whole units, that one what they leave; a deal without touch keeps its amount. #}
with touches as (
    select
        *,
        coalesce(min(case when credit_ppm > 0 then touch_no end) over (partition by opportunity_id, member), 1) as first_no
    from {{ ref('attribution_touches') }}
),

later as (
    select
        *,
        case when touch_no > first_no then {{ whole_quotient('amount * credit_ppm', '1000000') }} else cast(0 as decimal(18, 2)) end as later_amount
    from touches
),

credited as (
    select
        *,
        case
            when touch_no > first_no then later_amount
            when touch_no = first_no then amount - sum(later_amount) over (partition by opportunity_id, member)
            else 0
        end as credit
    from later
),

final as (
    select
        case when response_id is null then 'opportunity' else 'touch' end as subject_type,
        opportunity_id || coalesce('|' || response_id, '') as subject_id,
        'shared' as view,
        member,
        won_on as counted_on,
        cast(credit as decimal(18, 2)) as numerator
    from credited
    where credit <> 0
)

select * from final
