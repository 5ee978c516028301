{{ contract_union('crm_activity') }}
