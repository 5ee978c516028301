-- Activities that lead to no record: sales activities whose lead, contact or opportunity is not there, responses of nobody.
with sales as (
    select
        activities.*,
        activities.crm_lead_id is not null and leads.crm_lead_id is null as lacks_lead,
        activities.crm_contact_id is not null and contacts.crm_contact_id is null as lacks_contact,
        activities.crm_opportunity_id is not null and opportunities.crm_opportunity_id is null as lacks_opportunity,
        -- a task of one's own and a meeting among colleagues are with nobody; a call and a mail are with somebody
        contacts_made.activity_id is not null
            and coalesce(activities.crm_lead_id, activities.crm_contact_id, activities.crm_opportunity_id, activities.crm_account_id) is null as lacks_all
    from {{ ref('crm_activity') }} as activities
    left join {{ ref('crm_lead') }} as leads
        on activities.source_system = leads.source_system and activities.crm_lead_id = leads.crm_lead_id
    left join {{ ref('crm_contact') }} as contacts
        on activities.source_system = contacts.source_system and activities.crm_contact_id = contacts.crm_contact_id
    left join {{ ref('crm_opportunity') }} as opportunities
        on activities.source_system = opportunities.source_system and activities.crm_opportunity_id = opportunities.crm_opportunity_id
    left join {{ ref('activities_crm') }} as contacts_made
        on activities.source_system = contacts_made.source_system and activities.activity_id = contacts_made.activity_id
        and contacts_made.activity_type in ('call', 'email', 'bulk_email')
    where not coalesce(activities.is_deleted, false)
),

responses as (
    select activities.activity_id, activities.ma_id, activities.occurred_at
    from {{ ref('activities_ma') }} as activities
    left join {{ ref('ma_person') }} as ma_people
        on activities.source_system = ma_people.source_system and activities.ma_id = ma_people.ma_id
    left join {{ ref('ma_merge') }} as merges
        on activities.source_system = merges.source_system and activities.ma_id = merges.loser_id
    left join {{ ref('ma_address_owners') }} as owners
        on activities.source_system = owners.source_system and case when activities.ma_id is null then lower(activities.email) end = owners.address
    where activities.is_response
        and ma_people.ma_id is null and merges.loser_id is null and owners.ma_id is null
),

found as (
    select
        null as ma_record_id,
        activity_id as crm_record_id,
        null as ma_value,
        case
            when lacks_lead then 'lead ' || crm_lead_id
            when lacks_contact then 'contact ' || crm_contact_id
            when lacks_opportunity then 'opportunity ' || crm_opportunity_id
            else 'names nobody'
        end as crm_value,
        occurred_at
    from sales
    where lacks_lead or lacks_contact or lacks_opportunity or lacks_all
    union all
    select activity_id, null, coalesce('person ' || ma_id, 'names nobody'), null, occurred_at
    from responses
),

final as (
    select
        'activity' as subject_type,
        null as subject_id,
        found.ma_record_id,
        found.crm_record_id,
        found.ma_value,
        found.crm_value,
        '' as detail,
        null as amount_at_stake,
        found.occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
    where {{ add_seconds('found.occurred_at', '3600 * ' ~ mismatch_tolerance('e07_hours')) }} <= run_parameters.as_of
)

select * from final
