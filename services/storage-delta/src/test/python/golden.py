"""What delta-rs reads of Delta tables: how many rows, and a digest of their canonical texts (docs/values.md).

    golden.py FOLDER    prints a line of golden.tsv for each table below the folder

Needs deltalake 1.6.6 and pyarrow 26.0.1.
"""
import decimal, hashlib, os, re, sys, datetime, math, struct
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

def number(f, single):
    if f != f: return 'NaN'
    if math.isinf(f): return 'Infinity' if f > 0 else '-Infinity'
    if f == 0: return '0'
    if single:
        # fewest digits that give the float back
        for p in range(1, 18):
            t = '%.*g' % (p, f)
            if struct.pack('f', float(t)) == struct.pack('f', f): break
        d = decimal.Decimal(t)
    else:
        d = decimal.Decimal(repr(f))
    sign, digits, exp = d.normalize().as_tuple()
    e = len(digits) + exp
    s = ''.join(map(str, digits))
    neg = '-' if sign else ''
    if 0 < e <= 21:
        return neg + (s + '0' * (e - len(s)) if len(s) <= e else s[:e] + '.' + s[e:])
    if -6 < e <= 0:
        return neg + '0.' + '0' * -e + s
    m = s[0] + ('.' + s[1:] if len(s) > 1 else '')
    return neg + m + 'e' + ('+' if e > 0 else '-') + str(abs(e - 1))

def dec(d):
    if d == 0: return '0'
    return format(d.normalize(), 'f')

def micros(v, zone):
    days, us = divmod(v, 86_400_000_000)
    date = (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()
    s, us = divmod(us, 1_000_000)
    t = '%s%s%02d:%02d:%02d' % (date, 'T', s // 3600, s // 60 % 60, s % 60)
    if us: t += ('.%06d' % us).rstrip('0')
    return t + ('Z' if zone else '')

def quoted_array(t):
    if t is None: return 'NULL'
    if t == '' or t.upper() == 'NULL' or re.search(r'["\\{},\s]', t):
        return '"' + t.replace('\\', '\\\\').replace('"', '\\"') + '"'
    return t

def quoted_field(t):
    if t is None: return ''
    if t == '' or re.search(r'["\\(),\s]', t):
        return '"' + t.replace('\\', '\\\\').replace('"', '""') + '"'
    return t

def composite(vs): return '(' + ','.join(quoted_field(v) for v in vs) + ')'

def text(s, t):
    if not s.is_valid: return None
    if pa.types.is_dictionary(t):
        return text(s.value if hasattr(s, 'value') else s, t.value_type)
    if pa.types.is_boolean(t): return 'true' if s.as_py() else 'false'
    if pa.types.is_integer(t): return str(s.as_py())
    if pa.types.is_float32(t): return number(s.as_py(), True)
    if pa.types.is_float64(t): return number(s.as_py(), False)
    if pa.types.is_decimal(t): return dec(s.as_py())
    if pa.types.is_date(t): return s.as_py().isoformat()
    if pa.types.is_timestamp(t):
        return micros(s.cast(pa.timestamp('us', t.tz)).value, t.tz is not None)
    if pa.types.is_map(t):
        es = sorted(composite([text(k, t.key_type), text(v, t.item_type)]) for k, v in
                    ((e['key'], e['value']) for e in s.values))
        return '{' + ','.join(quoted_array(e) for e in es) + '}'
    if pa.types.is_list(t) or pa.types.is_large_list(t) or 'list_view' in str(t):
        et = t.value_type
        nested = (pa.types.is_list(et) or pa.types.is_large_list(et) or 'list_view' in str(et)) and not pa.types.is_map(et)
        vs = [text(e, et) for e in s.values]
        return '{' + ','.join(('NULL' if v is None else v) if nested else quoted_array(v) for v in vs) + '}'
    if pa.types.is_struct(t):
        return composite([text(s[f.name], f.type) for f in t])
    v = s.as_py()
    if isinstance(v, (bytes, bytearray)): return v.hex()
    return str(v)


def digest(dt):
    """How many rows a table has, and the digest of their lines, which depends on no order."""
    read = QueryBuilder().register('t', dt).execute('select * from t')
    table = pa.table(read.read_all() if hasattr(read, 'read_all') else read)
    names = table.schema.names
    order = sorted(range(len(names)), key=lambda i: names[i])
    lines = []
    for batch in table.to_batches():
        columns = [batch.column(i) for i in order]
        for row in range(batch.num_rows):
            values = [text(c[row], c.type) for c in columns]
            lines.append('\x1f'.join('\x00' if v is None else v for v in values))
    lines.sort(key=lambda line: line.encode())
    return len(lines), hashlib.sha256('\n'.join(lines).encode()).hexdigest()[:16]


def main(root):
    for folder, folders, _ in sorted(os.walk(root)):
        if '_delta_log' not in folders:
            continue
        name = os.path.relpath(folder, root)
        try:
            table = DeltaTable(folder)
            print(name, table.version(), *digest(table), sep='\t', flush=True)
        except BaseException as e:  # errors of delta-rs are no Exceptions
            print(name, '!', str(e).replace('\n', ' ')[:200], sep='\t', flush=True)


if __name__ == '__main__':
    main(sys.argv[1])
