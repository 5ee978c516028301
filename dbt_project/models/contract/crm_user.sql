{{ contract_union('crm_user') }}
