{# When each rule was evaluated: at the publishes of an earlier as_of (of several with one as_of the latest published counts), and now. #}
with present as (
    select as_of from {{ ref('publishes') }} where is_present
),

publishes as (
    select publishes.publish_no, publishes.as_of, publishes.is_present
    from {{ ref('publishes') }} as publishes
    cross join present
    where publishes.is_present or publishes.as_of < present.as_of
    qualify row_number() over (partition by publishes.as_of order by publishes.publish_no desc nulls last) = 1
),

evaluated as (
    {{ ledger_rows('evaluated_rules', 'rule_code') }}
),

final as (
    select
        evaluated.rule_code,
        row_number() over (partition by evaluated.rule_code order by publishes.as_of nulls last) as evaluation_no,
        publishes.as_of,
        publishes.publish_no,
        publishes.is_present
    from evaluated
    inner join publishes on evaluated.publish_no = publishes.publish_no
)

select * from final
