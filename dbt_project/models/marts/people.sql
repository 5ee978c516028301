{# One row per person that had been seen at as_of, without name, address or number: those are in restricted. #}
with addresses as (
    select *, {{ normalised_email('email') }} as email_normalised from {{ ref('con_people') }}
),

people as (
    select *, {{ mail_domain('email_normalised') }} as mail_domain from addresses
),

countable as (
    select person_key, is_countable, exclusion_reason from {{ ref('countable_people') }}
),

personas as (
    select person_key, persona, is_target from {{ ref('personas') }}
),

free_mail as (
    select domain from {{ ref('free_mail_domains') }}
),

seen as (
    select person_key from {{ ref('seen_people') }}
),

final as (
    select
        people.person_key,
        people.account_key,
        people.mail_domain,
        free_mail.domain is not null as is_free_mail,
        people.department,
        people.job_title,
        people.industry,
        people.employees,
        people.region,
        people.purpose,
        people.original_source,
        people.channel,
        coalesce(personas.persona, 'other') as persona,
        coalesce(personas.is_target, false) as is_target,
        countable.is_countable,
        countable.exclusion_reason,
        people.is_opted_out,
        people.is_deleted,
        people.first_seen_at,
        people.first_seen_on,
        people.current_score,
        people.ma_record_cnt,
        people.crm_lead_cnt,
        people.crm_contact_cnt
    from people
    join seen on people.person_key = seen.person_key
    left join countable on people.person_key = countable.person_key
    left join personas on people.person_key = personas.person_key
    left join free_mail on people.mail_domain = free_mail.domain
)

select * from final
