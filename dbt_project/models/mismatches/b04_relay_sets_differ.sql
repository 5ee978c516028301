-- Handoffs that only one side knows, or one side twice: where the sets of OUT and IN differ. What its class is, relay_classified says.
with gone as (
    select 'B1' as boundary, source_system, crm_lead_id as record_id from {{ ref('cycle_leads') }} where removed_as is not null
    union all
    select 'B3', source_system, source_contract_id from {{ ref('con_contracts') }} where is_deleted
),

-- what came in and is gone again is corrected: two were merged, or what nobody gave was deleted (an opportunity that is gone does not count)
standing as (
    select
        handoffs.*,
        handoffs.in_system || ' ' || handoffs.in_record_id as in_key,
        first_value(handoffs.in_system || ' ' || handoffs.in_record_id) over (
            partition by handoffs.boundary, case when handoffs.boundary = 'B1' then handoffs.lead_id else handoffs.opportunity_id end
            order by handoffs.in_at nulls last, handoffs.in_record_id nulls last
        ) as first_in_key
    from {{ ref('relay_handoffs') }} as handoffs
    left join gone
        on handoffs.boundary = gone.boundary and handoffs.in_system = gone.source_system and handoffs.in_record_id = gone.record_id
    where gone.record_id is null
),

handoffs as (
    select * from standing
    where classification in ('lost_in_transit', 'invented') or (classification = 'double_entry' and in_key <> first_in_key)
),

judged as (
    select *, cast(null as {{ dbt.type_string() }}) as counted_opportunity_id from handoffs where boundary = 'B1' and coalesce(out_at, in_at) <= {{ cross_system_cutoff('ma', 'crm') }}
    union all
    select *, opportunity_id from handoffs where boundary = 'B2'
    union all
    select *, opportunity_id from handoffs where boundary = 'B3' and coalesce(out_at, in_at) <= {{ cross_system_cutoff('crm', 'cs') }}
),

-- of subjects that count; a contract without opportunity always does
counted as (
    select judged.*
    from judged
    left join {{ ref('lead_facts') }} as leads on judged.lead_id = leads.lead_id
    left join {{ ref('con_opportunities') }} as opportunities on judged.counted_opportunity_id = opportunities.opportunity_id
    where coalesce(opportunities.is_countable, leads.is_countable, true)
),

told as (
    select
        case
            when boundary = 'B1' then 'lead_cycle'
            when opportunity_id is not null then 'opportunity'
            else 'contract'
        end as subject_type,
        case when boundary = 'B1' then lead_id else coalesce(opportunity_id, contract_id) end as subject_id,
        case when boundary = 'B1' then out_record_id end as ma_record_id,
        coalesce(in_record_id, case when boundary <> 'B1' then out_record_id end) as crm_record_id,
        case
            when boundary = 'B1' or (boundary = 'B2' and in_record_id is null) then 'crm_lead'
            when boundary = 'B2' or in_record_id is null then 'crm_opportunity'
            else 'cs_contract'
        end as crm_table,
        case when boundary = 'B1' and out_on is not null then 'out ' || cast(out_on as {{ dbt.type_string() }}) end as ma_value,
        case
            when in_on is not null then 'in ' || cast(in_on as {{ dbt.type_string() }})
            when boundary <> 'B1' then 'out ' || cast(out_on as {{ dbt.type_string() }})
        end as crm_value,
        boundary || ' ' || classification || ' ' || cast(coalesce(out_on, in_on) as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        coalesce(case when classification = 'lost_in_transit' then matures_at end, out_at, in_at) as occurred_at
    from counted
),

-- what a record did twice on one day is one mismatch
final as (
    select *
    from told
    qualify row_number() over (partition by ma_record_id, crm_record_id, detail order by occurred_at nulls last, subject_id nulls last) = 1
)

select * from final
