"""How much of an account's conversions is lost when a channel is removed, exactly, from the absorbing chain.

Chain of Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey". With Q the moves
among channels and N = (I - Q)^-1, one inverse serves all channels: of the paths that convert, those that visit j are
visits to j from the start / N_jj * P(convert from j), since a path visits j at all with probability visits / N_jj.
"""

import numpy as np

START, CONVERSION = 0, -1


def removal_effects(channels, moves):
    """The effect of each channel, in the order of `channels`; `moves` are (from, to, weight) of one account."""
    place = {channel: number for number, channel in enumerate(channels)}
    among = np.zeros((len(channels), len(channels)))
    from_start, to_conversion, leaving = (np.zeros(len(channels)) for _ in range(3))
    for source, target, weight in moves:
        if source == START:
            from_start[place[target]] += weight
            continue
        leaving[place[source]] += weight
        if target == CONVERSION:
            to_conversion[place[source]] += weight
        elif target in place:
            among[place[source], place[target]] += weight
    # rows scaled by the moves out of a channel: I - Q and the chances of converting, without dividing first
    visits = np.linalg.inv(np.diag(leaving) - among) * leaving
    converts = np.linalg.solve(np.diag(leaving) - among, to_conversion)
    start = from_start / from_start.sum()
    overall = start @ converts
    if overall == 0:
        return np.zeros(len(channels))
    return (start @ visits) / np.diag(visits) * converts / overall


def model(dbt, session):
    """One row per channel of a chain: `account`, `channel_no` (of that account alone), `removal_effect`."""
    dbt.config(materialized="table")
    moves_by_account = {}
    for account, *move in dbt.ref("int_channel_transitions").fetchall():
        moves_by_account.setdefault(account, []).append(move)
    rows = []
    for account, moves in sorted(moves_by_account.items()):
        channels = sorted({state for source, target, _ in moves for state in (source, target) if state > 0})
        effects = removal_effects(channels, moves)
        rows += [(account, channel, float(effect)) for channel, effect in zip(channels, effects, strict=True)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    session.execute(
        "create or replace temp table removal_effects as select unnest($1::varchar[]) as account,"
        " unnest($2::bigint[]) as channel_no, unnest($3::double[]) as removal_effect",
        columns,
    )
    return session.table("removal_effects")
