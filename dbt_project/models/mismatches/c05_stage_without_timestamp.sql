-- MA records that stand at a stage of which no history says when they came to it.
with claims as (
    select claims.*, persons.updated_at
    from {{ ref('ma_claimed_stages') }} as claims
    inner join {{ ref('ma_person') }} as persons
        on claims.source_system = persons.source_system and claims.ma_id = persons.ma_id
    where claims.claimed_stage in ('mql', 'handed_over')
),

changes as (
    select source_system, ma_id, stage from {{ ref('ma_lifecycle_changes') }}
),

-- what was known of a merged record is known of the one it went into
known as (
    select source_system, ma_id, stage from changes
    union
    select merges.source_system, merges.survivor_id, changes.stage
    from {{ ref('ma_survivors') }} as merges
    inner join changes on merges.source_system = changes.source_system and merges.loser_id = changes.ma_id
),

final as (
    select
        'person' as subject_type,
        claims.person_key as subject_id,
        claims.ma_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        claims.lifecycle_stage as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        coalesce(claims.updated_at, claims.created_at) as occurred_at
    from claims
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join (select distinct source_system from changes) as judged on claims.source_system = judged.source_system
    left join known
        on claims.source_system = known.source_system
        and claims.ma_id = known.ma_id
        and claims.claimed_stage = known.stage
    where known.ma_id is null
        and (claims.updated_at is null or claims.updated_at <= run_parameters.as_of)
)

select * from final
