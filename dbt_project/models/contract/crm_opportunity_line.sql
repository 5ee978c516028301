{{ contract_union('crm_opportunity_line') }}
