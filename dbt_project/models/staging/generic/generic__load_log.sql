{{ generic_contract_rows('load_log') }}
