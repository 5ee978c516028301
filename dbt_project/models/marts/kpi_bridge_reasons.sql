{# The names of the bridge's steps, in the order in which they apply. #}
with reasons as (
    select * from {{ ref('bridge_reasons') }}
),

final as (
    select reason, precedence, name_ja, name_en from reasons
)

select * from final
