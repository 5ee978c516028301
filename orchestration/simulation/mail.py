"""Bulk e-mail events, the great mass of an MA's rows: made of arrays, without a loop over people."""

import numpy as np
import pyarrow as pa

from orchestration.simulation.clock import DAY, HOUR, JST
from orchestration.simulation.truth import Mail, Person

_TYPES = pa.array(["SENT", "DELIVERED", "BOUNCE", "OPEN", "CLICK"])
# Of 100 mails sent: 97 delivered, 3 bounced, 28 opened, 5 clicked.
_EVENTS_PER_MAIL = 2.33


def mail_events(people: list[Person], mean_events: float, end: int, seed: int, first_id: int) -> pa.Table:
    """The mail events of some people: id, contact_id, recipient, type, created (epoch ms), email_campaign_id.

    `mean_events` is the mean number per MA record. Deterministic by seed and the people given.
    """
    rng = np.random.default_rng([seed, first_id])
    records = [
        (int(record.id), record.created, min(record.merged_at or end, record.deleted_at or end), record.email)
        for person in people
        for record in person.ma
    ]
    if not records:
        records = [(0, end - 1, end, "")]
        mean_events = 0
    ids = np.array([record[0] for record in records], dtype=np.int64)
    begin = np.array([record[1] for record in records], dtype=np.int64)
    until = np.array([record[2] for record in records], dtype=np.int64)
    mails = rng.poisson(mean_events / _EVENTS_PER_MAIL, len(records))
    who = np.repeat(np.arange(len(records)), mails)
    share = rng.random(len(who))
    sent = begin[who] + ((until[who] - begin[who]) * share).astype(np.int64)
    morning = (sent + JST) // DAY * DAY - JST + 10 * HOUR + (sent % 900)  # bulk mail leaves at ten
    sent = np.where((morning > begin[who]) & (morning < until[who]), morning, sent) * 1000 + rng.integers(
        0, 1000, len(who)
    )
    fate = rng.random(len(who))
    is_delivered = fate < 0.97
    is_opened = fate < 0.28
    is_clicked = fate < 0.05
    delay = rng.integers(1, 20_000, len(who))
    opened = sent + delay + (rng.exponential(6 * HOUR * 1000, len(who))).astype(np.int64)
    parts = [
        (np.ones(len(who), dtype=bool), 0, sent),
        (is_delivered, 1, sent + delay),
        (~is_delivered, 2, sent + delay),
        (is_opened, 3, opened),
        (is_clicked, 4, opened + delay * 3),
    ]
    index = np.concatenate([who[mask] for mask, _, _ in parts])
    kind = np.concatenate([np.full(int(mask.sum()), code, dtype=np.int8) for mask, code, _ in parts])
    created = np.concatenate([when[mask] for mask, _, when in parts])
    mailing = np.concatenate([when[mask] // 1000 // DAY % 365 for mask, _, when in parts])
    is_known = created < end * 1000
    index, kind, created, mailing = index[is_known], kind[is_known], created[is_known], mailing[is_known]
    emails = pa.array([record[3] for record in records])
    return pa.table(
        {
            "id": pa.array(np.arange(first_id, first_id + len(index), dtype=np.int64)),
            "contact_id": pa.array(ids[index], mask=index % 10 == 7),  # some integrations only know the address
            "recipient": pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), emails),
            "type": pa.DictionaryArray.from_arrays(pa.array(kind), _TYPES),
            "created": pa.array(created),
            "email_campaign_id": pa.array(9000 + mailing),
        }
    )


def told_mails(mails: list[Mail], first_id: int) -> pa.Table:
    """Mail events that somebody's life tells, in the columns of `mail_events`."""
    kinds = _TYPES.to_pylist()
    return pa.table(
        {
            "id": pa.array(range(first_id, first_id + len(mails)), pa.int64()),
            "contact_id": pa.array([int(mail.ma_id) for mail in mails], pa.int64()),
            "recipient": pa.array([mail.email for mail in mails]).dictionary_encode(),
            "type": pa.DictionaryArray.from_arrays(
                pa.array([kinds.index(mail.kind) for mail in mails], pa.int8()), _TYPES
            ),
            "created": pa.array([mail.at * 1000 for mail in mails], pa.int64()),
            "email_campaign_id": pa.array([int(mail.campaign_id) for mail in mails], pa.int64()),
        }
    )
