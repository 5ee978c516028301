-- Leads in inside sales's hands that are nobody's: in a queue, an inactive user's, or another's than the MA says.
with cutoff as (
    select {{ cross_system_cutoff('ma', 'crm') }} as cutoff_at
),

leads as (
    select leads.*, cutoff.cutoff_at
    from {{ ref('live_crm_leads') }} as leads
    cross join cutoff
    where leads.stage in ('received', 'accepted') and leads.owner_id is not null
),

users as (
    select source_system, user_id, is_active from {{ ref('crm_user') }}
),

-- a system without users cannot tell a queue from one
user_systems as (
    select source_system from users group by source_system
),

ma_owners as (
    select
        pairs.crm_system,
        pairs.crm_record_id as crm_lead_id,
        ma_people.ma_id,
        owners.crm_owner_id,
        ma_people.owner_since,
        row_number() over (
            partition by pairs.crm_system, pairs.crm_record_id
            order by ma_people.created_at nulls last, ma_people.ma_id nulls last, ma_people.source_system nulls last
        ) as record_no
    from {{ ref('ma_crm_pairs') }} as pairs
    inner join {{ ref('live_ma_people') }} as ma_people
        on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    left join {{ ref('owner_ids') }} as owners on ma_people.owner_id = owners.ma_owner_id
    where pairs.crm_table = 'crm_lead'
),

judged as (
    select
        leads.*,
        ma_owners.ma_id as paired_ma_id,
        ma_owners.crm_owner_id,
        ma_owners.owner_since as ma_owner_since,
        {{ add_seconds('leads.owner_since', '86400 * ' ~ mismatch_tolerance('b07_queue_days')) }} < leads.cutoff_at as is_long,
        user_systems.source_system is not null as has_users,
        users.user_id,
        users.is_active,
        -- the user of another CRM is nobody here
        user_systems.source_system is null or ma_users.user_id is not null as is_comparable
    from leads
    left join user_systems on leads.source_system = user_systems.source_system
    left join users on leads.source_system = users.source_system and leads.owner_id = users.user_id
    left join ma_owners
        on leads.source_system = ma_owners.crm_system and leads.crm_lead_id = ma_owners.crm_lead_id and ma_owners.record_no = 1
    left join users as ma_users on leads.source_system = ma_users.source_system and ma_owners.crm_owner_id = ma_users.user_id
),

classed as (
    select
        *,
        case
            when is_long and has_users and user_id is null then 'queue'
            when is_long and is_active = false then 'inactive'
            -- a queue or somebody inactive is no other user, however short: it would change its name once it is long
            when crm_owner_id <> owner_id and is_comparable and (not has_users or user_id is not null and coalesce(is_active, true)) then 'differs'
        end as fault
    from judged
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        paired_ma_id as ma_record_id,
        crm_lead_id as crm_record_id,
        crm_owner_id as ma_value,
        owner_id as crm_value,
        fault as detail,
        null as amount_at_stake,
        case when fault = 'differs' then greatest(owner_since, ma_owner_since) else owner_since end as occurred_at,
        case when fault = 'differs' then greatest(owner_since, ma_owner_since) end as changed_at
    from classed
    where fault is not null
)

select * from final
