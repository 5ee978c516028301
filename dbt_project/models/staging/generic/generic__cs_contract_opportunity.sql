{{ generic_contract_rows('cs_contract_opportunity') }}
