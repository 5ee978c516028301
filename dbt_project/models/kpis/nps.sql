{# Net promoter score: promoters (9 and 10) less detractors (0 to 6), of the answers in a period. #}
with surveys as (
    select * from {{ ref('surveys') }} where nps is not null
),

final as (
    select
        'survey' as subject_type,
        survey_id as subject_id,
        'shared' as view,
        '' as member,
        answered_on as counted_on,
        {{ counts_when('nps >= 9') }} - {{ counts_when('nps <= 6') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from surveys
)

select * from final
