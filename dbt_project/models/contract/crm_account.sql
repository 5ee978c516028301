{{ contract_union('crm_account') }}
