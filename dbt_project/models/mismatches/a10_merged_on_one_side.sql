-- Merges and deletions of one system that the other one has not followed.
with cutoff as (
    select {{ cross_system_cutoff('ma', 'crm') }} as cutoff
),

live as (
    select * from {{ ref('live_person_records') }} where is_countable
),

ma_records as (
    select * from live where record_type = 'ma_person'
),

-- live records of the CRM with the MA id they carry
carriers as (
    select live.source_system, live.record_type, live.record_id, live.person_key, leads.ma_id
    from live
    inner join {{ ref('crm_lead') }} as leads
        on live.record_type = 'crm_lead' and live.source_system = leads.source_system and live.record_id = leads.crm_lead_id
    where leads.ma_id <> '' and not live.is_converted
    union all
    select live.source_system, live.record_type, live.record_id, live.person_key, contacts.ma_id
    from live
    inner join {{ ref('crm_contact') }} as contacts
        on live.record_type = 'crm_contact' and live.source_system = contacts.source_system
        and live.record_id = contacts.crm_contact_id
    where contacts.ma_id <> ''
),

merged_in_ma as (
    select distinct
        losers.person_key, survivors.loser_id as ma_record_id, losers.record_id as crm_record_id, losers.record_type as crm_table, 'merged in ma' as detail,
        survivors.merged_at as occurred_at
    from {{ ref('ma_survivors') }} as survivors
    cross join cutoff
    inner join carriers as losers on survivors.loser_id = losers.ma_id
    inner join carriers as siblings
        on survivors.survivor_id = siblings.ma_id
        and losers.person_key = siblings.person_key
        and losers.source_system = siblings.source_system
        and losers.record_type = siblings.record_type
    where survivors.merged_at is null or survivors.merged_at <= cutoff.cutoff
),

crm_losers as (
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id, master_record_id, ma_id,
        coalesce(deleted_at, updated_at) as merged_at
    from {{ ref('crm_lead') }} where master_record_id <> '' and is_deleted
    union all
    select source_system, 'crm_contact', crm_contact_id, master_record_id, ma_id, coalesce(deleted_at, updated_at)
    from {{ ref('crm_contact') }} where master_record_id <> '' and is_deleted
),

merged_in_crm as (
    select
        of_losers.person_key, of_losers.record_id as ma_record_id, losers.record_id as crm_record_id, losers.record_type as crm_table,
        'merged in crm' as detail,
        losers.merged_at as occurred_at
    from crm_losers as losers
    cross join cutoff
    inner join (
        select source_system, 'crm_lead' as record_type, crm_lead_id as record_id, ma_id from {{ ref('crm_lead') }}
        union all
        select source_system, 'crm_contact', crm_contact_id, ma_id from {{ ref('crm_contact') }}
    ) as masters
        on losers.source_system = masters.source_system
        and losers.record_type = masters.record_type
        and losers.master_record_id = masters.record_id
        and losers.ma_id <> masters.ma_id
    inner join ma_records as of_losers on losers.ma_id = of_losers.record_id
    inner join ma_records as of_masters
        on masters.ma_id = of_masters.record_id and of_losers.person_key = of_masters.person_key
    where losers.merged_at <= cutoff.cutoff
),

deleted_in_ma as (
    select
        carriers.person_key, persons.ma_id as ma_record_id, carriers.record_id as crm_record_id, carriers.record_type as crm_table,
        'deleted in ma' as detail,
        coalesce(persons.deleted_at, persons.updated_at) as occurred_at
    from {{ ref('ma_person') }} as persons
    cross join cutoff
    inner join carriers on persons.ma_id = carriers.ma_id
    left join {{ ref('ma_survivors') }} as merges
        on persons.source_system = merges.source_system and persons.ma_id = merges.loser_id
    where persons.is_deleted and coalesce(persons.deleted_at, persons.updated_at) <= cutoff.cutoff
        and merges.loser_id is null
        and carriers.person_key not in (select person_key from ma_records)
),

found as (
    select * from merged_in_ma
    union all
    select * from merged_in_crm
    union all
    select * from deleted_in_ma
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        ma_record_id,
        crm_record_id,
        crm_table,
        case detail when 'merged in ma' then 'merged away' when 'deleted in ma' then 'deleted' else 'two records' end as ma_value,
        case detail when 'merged in crm' then 'merged away' when 'merged in ma' then 'two records' else 'not deleted' end as crm_value,
        detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        occurred_at
    from found
)

select * from final
