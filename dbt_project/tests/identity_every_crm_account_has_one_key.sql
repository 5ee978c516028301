-- Each CRM account belongs to exactly one account.
select accounts.source_system, accounts.crm_account_id, count(account_records.account_key) as account_cnt
from {{ ref('crm_account') }} as accounts
left join {{ ref('account_records') }} as account_records
    on account_records.record_type = 'crm_account'
    and accounts.source_system = account_records.source_system
    and accounts.crm_account_id = account_records.record_id
group by 1, 2
having count(account_records.account_key) <> 1
