-- Opportunities of no account: none named, one that the CRM does not have, or one that was deleted without a merge.
with accounts as (
    select * from {{ ref('crm_account') }}
),

systems_with_accounts as (
    select source_system from accounts group by source_system
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        case
            when facts.crm_account_id is null then 'no account'
            when accounts.crm_account_id is null then 'account ' || facts.crm_account_id || ' missing'
            else 'account ' || facts.crm_account_id || ' deleted'
        end as crm_value,
        '' as detail,
        null as amount_at_stake,
        opportunities.created_at as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_facts') }} as facts on opportunities.opportunity_id = facts.opportunity_id
    inner join systems_with_accounts on opportunities.source_system = systems_with_accounts.source_system
    cross join {{ ref('run_parameters') }} as run_parameters
    left join accounts
        on opportunities.source_system = accounts.source_system and facts.crm_account_id = accounts.crm_account_id
    where opportunities.is_countable
        and (
            accounts.crm_account_id is null
            or (coalesce(accounts.is_deleted, false) and accounts.master_record_id is null)
        )
        and {{ add_seconds('opportunities.created_at', '3600 * ' ~ mismatch_tolerance('d03_hours')) }} < run_parameters.as_of
)

select * from final
