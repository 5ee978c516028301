-- CRM accounts of a company that has an older one; branches that name one of them as their parent are meant to be.
with accounts as (
    select
        accounts.source_system, accounts.crm_account_id, accounts.parent_account_id, accounts.created_at, keys.account_key
    from {{ ref('crm_account') }} as accounts
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join {{ ref('account_records') }} as keys
        on keys.record_type = 'crm_account'
        and accounts.source_system = keys.source_system
        and accounts.crm_account_id = keys.record_id
    where (accounts.created_at is null or accounts.created_at <= run_parameters.as_of)
        and not (
            coalesce(accounts.is_deleted, false)
            and coalesce(accounts.deleted_at, accounts.updated_at, run_parameters.as_of) <= run_parameters.as_of
        )
        and coalesce(accounts.master_record_id, '') = ''
),

heads as (
    select accounts.*
    from accounts
    left join accounts as parents
        on accounts.source_system = parents.source_system
        and accounts.parent_account_id = parents.crm_account_id
        and accounts.account_key = parents.account_key
    where parents.crm_account_id is null
),

ordered as (
    select
        *,
        row_number() over company as place,
        first_value(crm_account_id) over company as first_id
    from heads
    window company as (partition by source_system, account_key order by created_at nulls last, crm_account_id nulls last)
),

final as (
    select
        'account' as subject_type,
        account_key as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        crm_account_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        'same company as ' || first_id as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        created_at as occurred_at
    from ordered
    where place > 1
)

select * from final
