{{ generic_contract_rows('cs_csat') }}
