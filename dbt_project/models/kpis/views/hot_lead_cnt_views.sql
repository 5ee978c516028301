{# Hot leads as the teams count them: marketing the handed-over cycles with enough points, sales those that came in with a lead rated hot. #}
with cycles as (
    select * from {{ ref('team_cycles') }} where is_countable
),

sides as (
    select 'marketing' as view, cycles.*, handed_over_on as counted_on from cycles where handed_over_on is not null and has_score
    union all
    select 'sales', cycles.*, received_on from cycles where received_on is not null and is_rated_hot
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        view,
        '' as member,
        counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        lead_id as row_id,
        {{ bridge_no_record(not_hot_reasons()) }}
    from sides
)

select * from final
