{{ contract_union('crm_contact_role') }}
