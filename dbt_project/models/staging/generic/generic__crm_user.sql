{{ generic_contract_rows('crm_user') }}
