{{ contract_union('crm_lead_history') }}
