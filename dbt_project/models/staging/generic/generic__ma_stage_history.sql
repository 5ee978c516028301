{{ generic_contract_rows('ma_stage_history') }}
