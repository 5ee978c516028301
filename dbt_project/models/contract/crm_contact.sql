{{ contract_union('crm_contact') }}
