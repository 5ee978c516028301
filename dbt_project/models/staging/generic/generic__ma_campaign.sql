{{ generic_contract_rows('ma_campaign') }}
