{# Customer satisfaction: the mean score of the surveys answered in a period. #}
with surveys as (
    select * from {{ ref('surveys') }} where score is not null
),

final as (
    select
        'survey' as subject_type,
        survey_id as subject_id,
        'shared' as view,
        '' as member,
        answered_on as counted_on,
        cast(score as decimal(18, 2)) as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from surveys
)

select * from final
