{{ contract_union('crm_opportunity') }}
