{{ generic_contract_rows('crm_lead_history') }}
