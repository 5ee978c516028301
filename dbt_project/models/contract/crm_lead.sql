{{ contract_union('crm_lead') }}
