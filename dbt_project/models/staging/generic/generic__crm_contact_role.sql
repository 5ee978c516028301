{{ generic_contract_rows('crm_contact_role') }}
