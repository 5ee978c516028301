-- MA records that still call a person a customer, of accounts that customer success has lost.
with claims as (
    select records.person_key, records.record_id, persons.lifecycle_stage
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.source_system = persons.source_system and records.record_id = persons.ma_id
    inner join {{ ref('lifecycle_stages') }} as stages
        on persons.source_system = stages.source_system and lower(persons.lifecycle_stage) = stages.source_value
    where records.record_type = 'ma_person' and records.is_countable and stages.stage = 'won'
),

accounts_with_open_deals as (
    select account_key
    from {{ ref('con_opportunities') }}
    where is_countable and stage_code in ('open', 'valid') and account_key is not null
    group by account_key
),

final as (
    select
        'person' as subject_type,
        claims.person_key as subject_id,
        claims.record_id as ma_record_id,
        null as crm_record_id,
        claims.lifecycle_stage as ma_value,
        'contracts over ' || cast(services.all_over_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        {{ business_day_start('services.all_over_on') }} as occurred_at
    from claims
    inner join {{ ref('con_people') }} as people on claims.person_key = people.person_key
    inner join {{ ref('account_services') }} as services on people.account_key = services.account_key
    left join accounts_with_open_deals on people.account_key = accounts_with_open_deals.account_key
    where accounts_with_open_deals.account_key is null
        and {{ days_between('services.all_over_on', business_date(cross_system_cutoff('cs', 'ma'))) }} > {{ mismatch_tolerance('g05_days') }}
)

select * from final
