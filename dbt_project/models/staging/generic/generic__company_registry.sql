{{ generic_contract_rows('company_registry') }}
