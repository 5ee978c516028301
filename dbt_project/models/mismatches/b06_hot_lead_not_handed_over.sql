-- Hot leads that marketing never handed over: open, hot at their MQL, and nobody in sales has them.
with leads as (
    select * from {{ ref('lead_facts') }}
    where is_countable
        and is_hot
        and handed_over_at is null
        and received_at is null
        and opportunity_created_at is null
        and closed_at is null
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        ma_people.ma_id as ma_record_id,
        null as crm_record_id,
        'hot MQL' as ma_value,
        null as crm_value,
        cast(leads.mql_on as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        leads.mql_at as occurred_at
    from leads
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join {{ ref('live_ma_people') }} as ma_people on leads.person_key = ma_people.person_key and ma_people.record_no = 1
    where {{ add_seconds('leads.mql_at', '86400 * ' ~ mismatch_tolerance('b06_days')) }} < run_parameters.as_of
)

select * from final
