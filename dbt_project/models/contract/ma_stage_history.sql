{{ contract_union('ma_stage_history') }}
