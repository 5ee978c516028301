-- MA records of people of a late opportunity that get mail meant for strangers.
with late as (
    select
        opportunities.opportunity_id, opportunities.crm_opportunity_id, opportunities.stage, people.person_key,
        {{ add_seconds('opportunities.fs_accepted_at', '3600 * ' ~ mismatch_tolerance('e05_hours')) }} as from_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_people') }} as people on opportunities.opportunity_id = people.opportunity_id
    where opportunities.is_countable and opportunities.stage_code = 'valid'
),

records as (
    select records.source_system, records.record_id, late.*
    from {{ ref('person_records') }} as records
    inner join late on records.person_key = late.person_key
    where records.record_type = 'ma_person'
),

programmes as (
    select source_system, campaign_id from {{ ref('campaign_programmes') }} where kind = 'acquisition'
),

mailed as (
    select
        records.opportunity_id, records.crm_opportunity_id, records.stage, records.record_id,
        min(activities.occurred_at) as occurred_at
    from {{ ref('activities') }} as activities
    inner join programmes
        on activities.source_system = programmes.source_system and activities.campaign_id = programmes.campaign_id
    inner join records
        on activities.source_system = records.source_system and activities.record_id = records.record_id
    where activities.activity_type = 'email_sent' and activities.activity_origin = 'ma'
        and activities.occurred_at > records.from_at
        and activities.occurred_at <= {{ cross_system_cutoff('ma', 'crm') }}
    group by records.opportunity_id, records.crm_opportunity_id, records.stage, records.record_id
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        record_id as ma_record_id,
        crm_opportunity_id as crm_record_id,
        'acquisition mail ' || cast(occurred_at as {{ dbt.type_string() }}) as ma_value,
        stage as crm_value,
        '' as detail,
        null as amount_at_stake,
        occurred_at
    from mailed
)

select * from final
