-- What a server knows of the tables of a workload.
-- In psql: prepare x as STATEMENT; then execute x (...); with values for $1 and the others.

-- id: largest-table-with-column
-- $1: the column.
select c.oid::regclass::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
join pg_attribute a on a.attrelid = c.oid and a.attname = $1 and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and not c.relispartition
order by greatest(c.reltuples, (select sum(p.reltuples) from pg_inherits h join pg_class p on p.oid = h.inhrelid
                                where h.inhparent = c.oid)) desc, 1
limit 1;

-- id: column-statistics
-- What the planner knows of a column. $1: its table, $2: its name.
select format('%I.%I', n.nspname, c.relname), a.attname::text, coalesce(b.typname, t.typname)::text,
       coalesce(s.most_common_vals::text::text[], '{}'), coalesce(s.most_common_freqs, '{}')::float8[],
       coalesce(s.histogram_bounds::text::text[], '{}'),
       exists (select 1 from pg_index i
           where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1 and i.indkey[0] = a.attnum),
       greatest(c.reltuples, (select coalesce(sum(p.reltuples), 0) from pg_inherits h join pg_class p on p.oid = h.inhrelid
                              where h.inhparent = c.oid))::float8,
       c.relrowsecurity
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = $2 and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_type b on b.oid = t.typbasetype
left join lateral (
    select * from pg_stats st
    where st.schemaname = n.nspname and st.tablename = c.relname and st.attname = a.attname
    order by st.inherited desc limit 1) s on true
where c.oid = to_regclass($1) and c.relkind in ('r', 'p', 'm', 'v');

-- id: foreign-keys
-- What a table's columns refer to; keys of most columns first, for they say the most about a row. $1: the table.
select array(select a.attname::text from unnest(f.conkey) with ordinality k (number, place)
             join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number order by k.place),
       format('%I.%I', n.nspname, t.relname),
       array(select a.attname::text from unnest(f.confkey) with ordinality k (number, place)
             join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number order by k.place),
       greatest(t.reltuples, (select coalesce(sum(p.reltuples), 0) from pg_inherits h join pg_class p on p.oid = h.inhrelid
                              where h.inhparent = t.oid))::float8
from pg_constraint f
join pg_class t on t.oid = f.confrelid
join pg_namespace n on n.oid = t.relnamespace
where f.conrelid = to_regclass($1) and f.contype = 'f' and f.confrelid <> f.conrelid
order by cardinality(f.conkey) desc, f.conname;

-- id: columns-to-seed
-- Types of a table's columns, and which may and must have a value. $1: the table.
select a.attname::text, t.oid, format_type(t.oid, null), coalesce(b.typname, t.typname)::text,
       a.attgenerated <> '' or a.attidentity = 'a',
       a.attnotnull and not a.atthasdef and a.attidentity = '',
       coalesce(b.typtype, t.typtype) = 'e' or coalesce(b.typname, t.typname) = 'citext'
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_type b on b.oid = t.typbasetype
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum;
