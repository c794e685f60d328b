"""Writes a table with delta-rs in many ways, and prints what delta-rs reads at each version.

    written.py FOLDER    a line for each version: number, rows, digest (golden.py)
"""
import datetime
import decimal
import sys

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from golden import digest

D = decimal.Decimal
folder = sys.argv[1]


def rows(first, count, part):
    ids = list(range(first, first + count))
    return pa.table({
        'id': pa.array(ids, pa.int64()),
        'part': pa.array([part if i % 7 else None for i in ids], pa.string()),
        'name': pa.array([None if i % 5 == 0 else 'name %d, "é"' % i for i in ids], pa.string()),
        'price': pa.array([D(i * 7) / 100 for i in ids], pa.decimal128(12, 2)),
        'ratio': pa.array([i / 3 for i in ids], pa.float64()),
        'day': pa.array([datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in ids], pa.date32()),
        'seen': pa.array([1_700_000_000_000_000 + i * 1_234_567 for i in ids], pa.timestamp('us', 'UTC')),
        'tags': pa.array([['a', None, 'b c'][: i % 4] for i in ids], pa.list_(pa.string())),
        'at': pa.array([{'x': i, 'y': str(i)} for i in ids], pa.struct([('x', pa.int32()), ('y', pa.string())])),
    })


write_deltalake(folder, rows(0, 100, 'a'), partition_by=['part'])
write_deltalake(folder, rows(100, 100, 'b'), mode='append')
DeltaTable(folder).delete('id % 10 = 3')
DeltaTable(folder).update(updates={'name': "'changed'"}, predicate='id % 10 = 4')
source = rows(190, 30, 'c')
(DeltaTable(folder)
 .merge(source, 'target.id = source.id', source_alias='source', target_alias='target')
 .when_matched_update_all().when_not_matched_insert_all().execute())
DeltaTable(folder).create_checkpoint()
wider = rows(300, 10, 'a').append_column('added', pa.array(range(10), pa.int32()))
write_deltalake(folder, wider, mode='append', schema_mode='merge')
DeltaTable(folder).optimize.compact()
DeltaTable(folder).optimize.z_order(['id'])
for i in range(12):
    write_deltalake(folder, rows(1000 + i, 1, 'd').append_column('added', pa.array([i], pa.int32())), mode='append')
DeltaTable(folder).create_checkpoint()
write_deltalake(folder, rows(5000, 3, 'e').append_column('added', pa.array([None] * 3, pa.int32())), mode='overwrite')
DeltaTable(folder).restore(3)

for version in range(DeltaTable(folder).version() + 1):
    print(version, *digest(DeltaTable(folder, version=version)), sep='\t')
