-- Records that a merge names as its loser and that their system has delivered as live since.
with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

losers as (
    select
        'person' as subject_type, persons.source_system, 'ma_person' as record_type, persons.ma_id as record_id,
        survivors.winner_id, survivors.merged_at, persons.is_deleted, coalesce(persons.deleted_at, persons.updated_at) as gone_at
    from {{ ref('ma_survivors') }} as survivors
    inner join {{ ref('ma_person') }} as persons
        on survivors.source_system = persons.source_system and survivors.loser_id = persons.ma_id
    left join {{ ref('ma_person') }} as winners
        on survivors.source_system = winners.source_system and survivors.winner_id = winners.ma_id
    -- what came before the merge was alive then: a feed of changes has nothing more to say of a record that is gone
    where coalesce(persons.delivered_at >= coalesce(survivors.merged_at, winners.delivered_at), true)
    union all
    select
        'person', source_system, 'crm_lead', crm_lead_id, master_record_id, updated_at, is_deleted,
        coalesce(deleted_at, updated_at)
    from {{ ref('crm_lead') }} where master_record_id <> ''
    union all
    select
        'person', source_system, 'crm_contact', crm_contact_id, master_record_id, updated_at, is_deleted,
        coalesce(deleted_at, updated_at)
    from {{ ref('crm_contact') }} where master_record_id <> ''
    union all
    select
        'account', source_system, 'crm_account', crm_account_id, master_record_id, updated_at, is_deleted,
        coalesce(deleted_at, updated_at)
    from {{ ref('crm_account') }} where master_record_id <> ''
),

final as (
    select
        losers.subject_type,
        coalesce(persons.person_key, accounts.account_key) as subject_id,
        case when losers.record_type = 'ma_person' then losers.record_id end as ma_record_id,
        case when losers.record_type <> 'ma_person' then losers.record_id end as crm_record_id,
        losers.record_type as crm_table,
        case when losers.record_type = 'ma_person' then 'not deleted' end as ma_value,
        case when losers.record_type <> 'ma_person' then 'not deleted' end as crm_value,
        losers.winner_id as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        losers.merged_at as occurred_at
    from losers
    cross join as_of
    left join {{ ref('person_records') }} as persons
        on losers.source_system = persons.source_system
        and losers.record_type = persons.record_type
        and losers.record_id = persons.record_id
    left join {{ ref('account_records') }} as accounts
        on losers.source_system = accounts.source_system
        and losers.record_type = accounts.record_type
        and losers.record_id = accounts.record_id
    where not (coalesce(losers.is_deleted, false) and coalesce(losers.gone_at, as_of.as_of) <= as_of.as_of)
        and (losers.record_type = 'ma_person' or losers.merged_at is null or losers.merged_at <= as_of.as_of)
)

select * from final
