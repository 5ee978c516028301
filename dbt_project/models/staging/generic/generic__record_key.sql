{{ generic_contract_rows('record_key') }}
