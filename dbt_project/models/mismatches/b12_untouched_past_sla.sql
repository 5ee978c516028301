-- Leads that inside sales has and has not tried to reach although their time is over.
with handed_over as (
    select * from {{ ref('relay_b1_out') }}
),

in_stock as (
    select lead_id, in_record_type, in_record_id
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and in_at is not null and left_at is null and classification <> 'double_entry'
    qualify row_number() over (partition by lead_id order by in_at nulls last, in_record_id nulls last) = 1
),

final as (
    select
        'lead_cycle' as subject_type,
        handed_over.lead_id as subject_id,
        handed_over.out_record_id as ma_record_id,
        in_stock.in_record_id as crm_record_id,
        in_stock.in_record_type as crm_table,
        'handed over ' || cast(handed_over.out_at as {{ dbt.type_string() }}) as ma_value,
        'due ' || cast(clocks.due_at as {{ dbt.type_string() }}) as crm_value,
        cast(handed_over.out_on as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        clocks.due_at as occurred_at
    from handed_over
    inner join in_stock on handed_over.lead_id = in_stock.lead_id
    inner join {{ ref('sla_clock') }} as clocks on handed_over.lead_id = clocks.lead_id
    inner join {{ ref('lead_facts') }} as leads on handed_over.lead_id = leads.lead_id and leads.is_countable and leads.closed_at is null
    cross join {{ ref('run_parameters') }} as run_parameters
    where clocks.due_at < run_parameters.as_of and clocks.first_attempt_at is null
)

select * from final
