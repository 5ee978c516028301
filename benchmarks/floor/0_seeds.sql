-- The definitions: the same seeds that dbt loads.

create temp table activity_types as
from read_csv(getvariable('seeds') || '/activity_types.csv', header = true, all_varchar = false, columns = {'source_system': 'varchar', 'object': 'varchar', 'source_value': 'varchar', 'activity_type': 'varchar', 'is_response': 'boolean', 'is_inbound': 'boolean'});

create temp table activity_outcomes as
from read_csv(getvariable('seeds') || '/activity_outcomes.csv', header = true, all_varchar = false, columns = {'source_value': 'varchar', 'outcome': 'varchar'});

create temp table business_hours as
from read_csv(getvariable('seeds') || '/business_hours.csv', header = true, all_varchar = false, columns = {'open_minute': 'integer', 'close_minute': 'integer'});

create temp table channels as
from read_csv(getvariable('seeds') || '/channels.csv', header = true, all_varchar = false, columns = {'source_value': 'varchar', 'channel': 'varchar', 'name_ja': 'varchar'});

create temp table exclusion_rules as
from read_csv(getvariable('seeds') || '/exclusion_rules.csv', header = true, all_varchar = false, columns = {'reason': 'varchar', 'match_on': 'varchar', 'pattern': 'varchar', 'valid_from': 'date', 'valid_to': 'date'});

create temp table free_mail_domains as
from read_csv(getvariable('seeds') || '/free_mail_domains.csv', header = true, all_varchar = false, columns = {'domain': 'varchar'});

create temp table fx_rates as
from read_csv(getvariable('seeds') || '/fx_rates.csv', header = true, all_varchar = false, columns = {'currency': 'varchar', 'valid_from': 'date', 'valid_to': 'date', 'rate_to_base': 'decimal(18,6)'});

create temp table holidays as
from read_csv(getvariable('seeds') || '/holidays.csv', header = true, all_varchar = false, columns = {'holiday_on': 'date', 'name': 'varchar'});

create temp table hot_lead_thresholds as
from read_csv(getvariable('seeds') || '/hot_lead_thresholds.csv', header = true, all_varchar = false, columns = {'min_score': 'decimal(18,6)', 'requires_target_persona': 'boolean', 'recency_days': 'integer', 'valid_from': 'date', 'valid_to': 'date'});

create temp table identity_overrides as
from read_csv(getvariable('seeds') || '/identity_overrides.csv', header = true, all_varchar = false, columns = {'action': 'varchar', 'left_system': 'varchar', 'left_type': 'varchar', 'left_id': 'varchar', 'right_system': 'varchar', 'right_type': 'varchar', 'right_id': 'varchar', 'reason': 'varchar', 'decided_by': 'varchar', 'decided_on': 'date'});

create temp table lead_stage_mapping as
from read_csv(getvariable('seeds') || '/lead_stage_mapping.csv', header = true, all_varchar = false, columns = {'source_system': 'varchar', 'object': 'varchar', 'field': 'varchar', 'source_value': 'varchar', 'stage': 'varchar', 'valid_from': 'date', 'valid_to': 'date'});

create temp table lead_stages as
from read_csv(getvariable('seeds') || '/lead_stages.csv', header = true, all_varchar = false, columns = {'stage': 'varchar', 'stage_order': 'integer', 'kind': 'varchar', 'owner_process': 'varchar', 'name_ja': 'varchar', 'name_en': 'varchar'});

create temp table limits as
from read_csv(getvariable('seeds') || '/limits.csv', header = true, all_varchar = false, columns = {'name': 'varchar', 'value': 'integer', 'valid_from': 'date', 'valid_to': 'date', 'meaning_ja': 'varchar', 'meaning_en': 'varchar'});

create temp table opportunity_stages as
from read_csv(getvariable('seeds') || '/opportunity_stages.csv', header = true, all_varchar = false, columns = {'source_system': 'varchar', 'source_value': 'varchar', 'stage_order': 'integer', 'is_valid': 'boolean', 'is_closed': 'boolean', 'is_won': 'boolean'});

create temp table origins as
from read_csv(getvariable('seeds') || '/origins.csv', header = true, all_varchar = false, columns = {'object': 'varchar', 'source_value': 'varchar', 'origin': 'varchar'});

create temp table persona_rules as
from read_csv(getvariable('seeds') || '/persona_rules.csv', header = true, all_varchar = false, columns = {'persona': 'varchar', 'priority': 'integer', 'industry': 'varchar', 'employees_min': 'integer', 'employees_max': 'integer', 'department_contains': 'varchar', 'title_contains': 'varchar', 'is_target': 'boolean', 'name_ja': 'varchar', 'name_en': 'varchar'});

create temp table relay_tolerances as
from read_csv(getvariable('seeds') || '/relay_tolerances.csv', header = true, all_varchar = false, columns = {'boundary': 'varchar', 'hours': 'integer', 'valid_from': 'date', 'valid_to': 'date'});

create temp table shared_mailboxes as
from read_csv(getvariable('seeds') || '/shared_mailboxes.csv', header = true, all_varchar = false, columns = {'local_part': 'varchar'});

create temp table sla_tiers as
from read_csv(getvariable('seeds') || '/sla_tiers.csv', header = true, all_varchar = false, columns = {'tier': 'varchar', 'business_minutes': 'integer', 'valid_from': 'date', 'valid_to': 'date', 'name_ja': 'varchar', 'name_en': 'varchar'});

create temp table windows as
from read_csv(getvariable('seeds') || '/windows.csv', header = true, all_varchar = false, columns = {'name': 'varchar', 'days': 'integer', 'valid_from': 'date', 'valid_to': 'date', 'meaning_ja': 'varchar', 'meaning_en': 'varchar'});
