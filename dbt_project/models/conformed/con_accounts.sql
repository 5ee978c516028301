-- One row per company. What a CRM account says comes first (the surviving, then the newest), then the registry, then
-- the mentions in order of their creation. Industry, employees and region are the CRM's alone.
with crm_accounts as (
    select *, 'crm_account' as record_type from {{ ref('crm_account') }}
),

members as (
    select
        records.account_key,
        records.record_type,
        coalesce(nodes.is_merged_away, false) as is_merged_away,
        nodes.company_name,
        nodes.name_key,
        nodes.domain,
        nodes.corporate_number,
        nodes.created_at,
        accounts.industry,
        accounts.employees,
        accounts.region,
        row_number() over (
            partition by records.account_key
            order by
                case when records.record_type = 'crm_account' then 0 else 1 end,
                coalesce(nodes.is_merged_away, false),
                accounts.updated_at desc nulls last,
                nodes.created_at nulls last,
                records.source_system nulls last, records.record_type nulls last, records.record_id nulls last
        ) as record_rank
    from {{ ref('account_records') }} as records
    left join {{ ref('account_nodes') }} as nodes
        on records.source_system = nodes.source_system
        and records.record_type = nodes.record_type
        and records.record_id = nodes.record_id
    left join crm_accounts as accounts
        on records.record_type = accounts.record_type
        and records.source_system = accounts.source_system
        and records.record_id = accounts.crm_account_id
),

merged as (
    select
        account_key,
        min_by(company_name, record_rank) filter (where company_name is not null) as written_name,
        min_by(company_name, record_rank) filter (where company_name is not null and record_type = 'crm_account') as crm_name,
        min_by(name_key, record_rank) filter (where name_key is not null) as name_key,
        min_by(corporate_number, record_rank) filter (where corporate_number is not null) as corporate_number,
        min_by(domain, record_rank) filter (where domain is not null) as domain,
        min_by(industry, record_rank) filter (where industry is not null) as industry,
        min_by(employees, record_rank) filter (where employees is not null) as employees,
        min_by(region, record_rank) filter (where region is not null) as region,
        count(*) filter (where record_type = 'crm_account' and not is_merged_away) as crm_account_cnt,
        count(*) as record_cnt,
        min(created_at) as first_seen_at
    from members
    group by account_key
),

registry as (
    select {{ valid_corporate_number('corporate_number') }} as corporate_number, min(name) as name
    from {{ ref('company_registry') }}
    group by 1
),

final as (
    select
        merged.account_key,
        coalesce(merged.crm_name, registry.name, merged.written_name) as name,
        merged.name_key,
        merged.corporate_number,
        merged.domain,
        merged.industry,
        merged.employees,
        merged.region,
        merged.crm_account_cnt,
        merged.record_cnt,
        registry.corporate_number is not null as is_registered,
        merged.first_seen_at
    from merged
    left join registry on merged.corporate_number = registry.corporate_number
)

select * from final
