-- People who had refused marketing mail under a record that was merged away, and whose surviving record does not know.
with merges as (
    select survivors.*
    from {{ ref('ma_survivors') }} as survivors
    inner join {{ ref('ma_person') }} as losers
        on survivors.source_system = losers.source_system
        and survivors.loser_id = losers.ma_id
        and losers.is_opted_out
),

survivors as (
    select records.source_system, records.record_id, records.person_key
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.record_type = 'ma_person'
        and records.source_system = persons.source_system
        and records.record_id = persons.ma_id
        and not coalesce(persons.is_opted_out, false)
),

agreed_again as (
    select source_system, ma_id, max(changed_at) as agreed_at
    from {{ ref('ma_stage_history') }}
    where property = 'is_opted_out' and lower(new_value) = 'false'
    group by source_system, ma_id
),

final as (
    select
        'person' as subject_type,
        survivors.person_key as subject_id,
        merges.survivor_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        'opted in' as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        merges.loser_id as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        merges.merged_at as occurred_at
    from merges
    inner join survivors
        on merges.source_system = survivors.source_system and merges.survivor_id = survivors.record_id
    left join agreed_again
        on survivors.source_system = agreed_again.source_system and survivors.record_id = agreed_again.ma_id
    where agreed_again.agreed_at is null or agreed_again.agreed_at < merges.merged_at
)

select * from final
