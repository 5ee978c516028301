-- Pairs of mail domain and company name, and what their records say. A pair joins its records only while they carry at
-- most one corporate number.
with mentions as (
    select * from {{ ref('account_mentions') }}
    where domain is not null and name_key is not null and not is_merged_away
),

final as (
    select
        domain,
        name_key,
        count(*) filter (where record_type = 'crm_account') as crm_account_cnt,
        count(corporate_number) as numbered_cnt,
        coalesce(min(corporate_number) = max(corporate_number), true) as is_one_company
    from mentions
    group by domain, name_key
)

select * from final
