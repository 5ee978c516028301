{{ generic_contract_rows('ma_deal') }}
