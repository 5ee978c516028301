{# The ledger's flows, row by row: which record moved into or out of which account, on which business date. #}
with handoffs as (
    select * from {{ ref('relay_handoffs') }}
),

stays as (
    select * from {{ ref('relay_stays') }}
),

moves as (
    select boundary, 'transit' as account, 'out' as flow, out_on as moved_on, handoff_id, out_record_id as record_id
    from handoffs
    where out_at is not null

    union all

    select
        boundary,
        'transit',
        case
            when classification in ('delivered', 'delivered_late') then 'delivered'
            when classification = 'grain_merged' then 'grain_merged'
            else 'lost'
        end,
        case when classification in ('recovered', 'lost_in_transit') then due_on else entered_on end,
        handoff_id,
        out_record_id
    from handoffs
    where out_at is not null and classification <> 'in_transit'

    union all

    select boundary, 'stock', entered_as, entered_on, handoff_id, record_key
    from stays

    union all

    select boundary, 'stock', left_as, left_on, handoff_id, record_key
    from stays
    where left_at is not null
),

final as (
    select * from moves
)

select * from final
