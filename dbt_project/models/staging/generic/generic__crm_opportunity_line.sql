{{ generic_contract_rows('crm_opportunity_line') }}
