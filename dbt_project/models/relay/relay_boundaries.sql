{# The boundaries that can be judged: those whose giver and receiver both deliver records. Without the receiver's system every handoff would
   look lost, without the giver's every entry invented. #}
with records as (
    select 'marketing' as side, count(*) as record_cnt from {{ ref('ma_person') }}
    union all
    select 'inside_sales', count(*) from {{ ref('crm_lead') }}
    union all
    select 'field_sales', count(*) from {{ ref('crm_opportunity') }}
    union all
    select 'customer_success', count(*) from {{ ref('cs_contract') }}
),

sides as (
    select side from records where record_cnt > 0
),

boundaries as (
    select 'B1' as boundary, 'marketing' as giver, 'inside_sales' as receiver
    union all
    select 'B2', 'inside_sales', 'field_sales'
    union all
    select 'B3', 'field_sales', 'customer_success'
),

final as (
    select boundary, giver, receiver
    from boundaries
    where giver in (select side from sides) and receiver in (select side from sides)
)

select * from final
