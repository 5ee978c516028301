"""A segment is the same in the mart and in the KPIs that count its rows."""

import duckdb

from tests.support import Built


def test_lead_cycles_have_the_segments_that_kpis_count_them_under(conflicted: Built) -> None:
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        counted = connection.sql("""
            SELECT count(*)
            FROM marts.leads AS leads
            JOIN marts.kpi_rows AS rows ON rows.kpi_code = 'l2w' AND rows.view = 'shared' AND rows.subject_id = leads.lead_id
            WHERE leads.person_key IS NULL
        """).fetchone()
        assert counted and counted[0], "no cycle without person: nothing is tested"
        differing = connection.sql("""
            SELECT leads.lead_id, leads.channel, leads.campaign, leads.persona, rows.channel, rows.campaign, rows.persona
            FROM marts.leads AS leads
            JOIN marts.kpi_rows AS rows ON rows.kpi_code = 'l2w' AND rows.view = 'shared' AND rows.subject_id = leads.lead_id
            WHERE (coalesce(leads.channel, '(none)'), coalesce(leads.campaign, '(none)'), coalesce(leads.persona, '(none)'))
                <> (rows.channel, rows.campaign, rows.persona)
        """).fetchall()
    assert not differing
