-- People who count although their mail domain is a competitor's, an internal or an academic one. The exclusion takes whole domains and the rules of
-- the day a person was first seen; here subdomains, academic domains abroad and the rules of today are looked at as well.
with records as (
    select records.*, {{ mail_domain('records.email_normalised') }} as domain
    from {{ ref('live_person_records') }} as records
    where records.is_countable and records.email_normalised is not null
),

listed as (
    select lower(rules.pattern) as listed_domain, rules.reason
    from {{ ref('exclusion_rules') }} as rules
    cross join {{ ref('run_parameters') }} as run_parameters
    where rules.match_on in ('email_domain', 'email_domain_suffix') and {{ in_force('rules', 'run_parameters.as_of_on') }}
    union
    select domain, 'research' from {{ ref('academic_domains') }}
),

domains as (
    select domain from records group by domain
),

matches as (
    select domains.domain, min(listed.reason) as reason
    from domains
    inner join listed
        on right('.' || domains.domain, length(listed.listed_domain) + 1) = '.' || listed.listed_domain
    group by domains.domain
),

final as (
    select
        'person' as subject_type,
        records.person_key as subject_id,
        case when records.record_type = 'ma_person' then records.record_id end as ma_record_id,
        case when records.record_type <> 'ma_person' then records.record_id end as crm_record_id,
        records.record_type as crm_table,
        case when records.record_type = 'ma_person' then records.domain || ': ' || matches.reason end as ma_value,
        case when records.record_type <> 'ma_person' then records.domain || ': ' || matches.reason end as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        records.created_at as occurred_at
    from records
    inner join matches on records.domain = matches.domain
    qualify row_number() over (
        partition by records.person_key order by records.created_at nulls last, records.record_type desc nulls last, records.record_id nulls last
    ) = 1
)

select * from final
