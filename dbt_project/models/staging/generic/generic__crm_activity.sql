{{ generic_contract_rows('crm_activity') }}
