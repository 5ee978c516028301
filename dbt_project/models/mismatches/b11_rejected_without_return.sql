-- Leads that inside sales gave back without saying why, or that are in no nurture programme and came back to none.
with leads as (
    select * from {{ ref('live_crm_leads') }}
),

nurture as (
    select
        persons.person_key,
        max(members.created_at) as joined_at,
        max(coalesce(programmes.ended_on, date '9999-12-31')) as ended_on
    from {{ ref('ma_campaign_member') }} as members
    inner join {{ ref('campaign_programmes') }} as programmes
        on members.source_system = programmes.source_system
        and members.campaign_id = programmes.campaign_id
        and programmes.kind = 'nurture'
    inner join {{ ref('person_records') }} as persons
        on coalesce(members.ma_id, members.crm_lead_id, members.crm_contact_id) = persons.record_id
        and persons.record_type = case
            when members.ma_id is not null then 'ma_person' when members.crm_lead_id is not null then 'crm_lead' else 'crm_contact'
        end
    where not coalesce(members.is_deleted, false)
    group by persons.person_key
),

nurturing as (
    select count(*) as cnt from nurture
),

faults as (
    select *, 'no_reason' as fault, cast(null as {{ dbt.type_string() }}) as returned_to
    from leads
    where stage = 'rejected' and coalesce({{ trimmed('reject_reason') }}, '') = ''
    union all
    select leads.*, 'not_returned', ma_people.ma_id
    from leads
    cross join nurturing
    left join nurture on leads.person_key = nurture.person_key
    left join {{ ref('live_ma_people') }} as ma_people on leads.person_key = ma_people.person_key and ma_people.record_no = 1
    where leads.stage = 'recycled'
        and nurturing.cnt > 0
        and coalesce(nurture.joined_at < leads.stage_since, true)
        and coalesce(nurture.ended_on < {{ business_date(cross_system_cutoff('ma', 'crm')) }}, true)
        and {{ add_seconds('leads.stage_since', '86400 * ' ~ mismatch_tolerance('b11_return_days')) }} < {{ cross_system_cutoff('ma', 'crm') }}
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        returned_to as ma_record_id,
        crm_lead_id as crm_record_id,
        null as ma_value,
        status as crm_value,
        fault as detail,
        null as amount_at_stake,
        stage_since as occurred_at
    from faults
)

select * from final
