{# The subjects behind the restatements: who entered, left or changed in a period that had been published as over, and why. #}
with differences as (
    select * from {{ ref('kpi_restated_subjects') }}
),

final as (
    select
        {{ restated_keys() | join(', ') }},
        case when row_difference > 0 then 'entered' when row_difference < 0 then 'left' else 'changed' end as change,
        numerator_difference,
        denominator_difference
    from differences
)

select * from final
