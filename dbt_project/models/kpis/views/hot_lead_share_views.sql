{# The share of hot leads as the teams count it: marketing of its MQLs, by points; sales of what came in, by rating. #}
with cycles as (
    select * from {{ ref('team_cycles') }} where is_countable
),

sides as (
    select 'marketing' as view, cycles.*, mql_on as counted_on, has_score as is_counted from cycles where mql_on is not null
    union all
    select 'sales', cycles.*, received_on, is_rated_hot from cycles where received_on is not null
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        view,
        '' as member,
        counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('is_counted') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature,
        lead_id as row_id,
        {{ bridge_no_record(not_hot_reasons()) }}
    from sides
)

select * from final
