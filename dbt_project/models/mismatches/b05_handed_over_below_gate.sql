-- Cycles handed over with neither a score nor a recent response to speak for them: lists that were imported and passed on.
with handed_over as (
    select * from {{ ref('relay_b1_out') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        handed_over.lead_id as subject_id,
        handed_over.out_record_id as ma_record_id,
        null as crm_record_id,
        'score ' || coalesce(cast(cast(floor(hot_leads.score) as bigint) as {{ dbt.type_string() }}), 'unknown') as ma_value,
        null as crm_value,
        cast(handed_over.out_on as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        handed_over.out_at as occurred_at
    from handed_over
    inner join {{ ref('lead_facts') }} as leads on handed_over.lead_id = leads.lead_id and leads.is_countable
    inner join {{ ref('hot_leads') }} as hot_leads on handed_over.lead_id = hot_leads.lead_id
    where not hot_leads.is_hot
        and coalesce(hot_leads.score < {{ mismatch_tolerance('b05_score_floor') }}, true)
        and coalesce(
            {{ add_seconds('hot_leads.last_response_at', '86400 * ' ~ mismatch_tolerance('b05_response_days')) }} < handed_over.out_at, true
        )
)

select * from final
