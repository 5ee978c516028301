-- Records that got marketing mail, or a step of a sequence, after their person had refused it in any system.
with opt_outs as (
    select *
    from {{ ref('opted_out_records') }}
    where opted_out_at is not null
    qualify row_number() over (partition by person_key order by opted_out_at nulls last, source_system nulls last, record_id nulls last) = 1
),

-- the few people first, then their mails
records as (
    select
        persons.source_system,
        persons.record_type,
        persons.record_id,
        persons.person_key,
        opt_outs.record_type as opt_out_record_type,
        opt_outs.record_id as opt_out_record_id,
        opt_outs.opted_out_at,
        {{ add_seconds('opt_outs.opted_out_at', '60 * ' ~ mismatch_tolerance('e01_minutes')) }} as silent_from
    from {{ ref('person_records') }} as persons
    inner join opt_outs on persons.person_key = opt_outs.person_key
),

transactional as (
    select source_system, campaign_id from {{ ref('campaign_programmes') }} where kind = 'transactional'
),

mails as (
    select records.*, activities.occurred_at
    from {{ ref('activities') }} as activities
    inner join records
        on activities.source_system = records.source_system
        and activities.record_type = records.record_type
        and activities.record_id = records.record_id
    left join transactional
        on activities.source_system = transactional.source_system and activities.campaign_id = transactional.campaign_id
    where activities.activity_type in ('email_sent', 'bulk_email', 'email')
        and not activities.is_human
        and activities.direction = 'outbound'
        and activities.occurred_at > records.silent_from
        and transactional.campaign_id is null
),

contacted as (
    select
        source_system, record_type, record_id, person_key, opt_out_record_type, opt_out_record_id, opted_out_at,
        min(occurred_at) as first_at,
        count(*) as mail_cnt
    from mails
    cross join {{ ref('run_parameters') }} as run_parameters
    where occurred_at <= run_parameters.as_of
    group by source_system, record_type, record_id, person_key, opt_out_record_type, opt_out_record_id, opted_out_at
),

worded as (
    select
        *,
        'opted out ' || cast(opted_out_at as {{ dbt.type_string() }}) as refusal,
        'mails since ' || cast(first_at as {{ dbt.type_string() }}) || ': ' || cast(mail_cnt as {{ dbt.type_string() }}) as mailing
    from contacted
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        case
            when record_type = 'ma_person' then record_id
            when opt_out_record_type = 'ma_person' then opt_out_record_id
        end as ma_record_id,
        case
            when record_type <> 'ma_person' then record_id
            when opt_out_record_type <> 'ma_person' then opt_out_record_id
        end as crm_record_id,
        case when record_type <> 'ma_person' then record_type else opt_out_record_type end as crm_table,
        case
            when record_type = 'ma_person' and opt_out_record_type = 'ma_person' then refusal || '; ' || mailing
            when record_type = 'ma_person' then mailing
            when opt_out_record_type = 'ma_person' then refusal
        end as ma_value,
        case
            when record_type <> 'ma_person' and opt_out_record_type <> 'ma_person' then refusal || '; ' || mailing
            when record_type <> 'ma_person' then mailing
            when opt_out_record_type <> 'ma_person' then refusal
        end as crm_value,
        '' as detail,
        null as amount_at_stake,
        first_at as occurred_at
    from worded
)

select * from final
