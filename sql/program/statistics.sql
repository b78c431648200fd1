-- What the planner knows of tables, and what may have changed it.

-- id: table-marks
-- What a table has after files of an arm and had not before is new, or was changed. ANALYZE of a partitioned table is one of all its
-- partitions.
select /* loadharness: statistics */
    coalesce(pg_partition_root(t.oid), t.oid::regclass)::text, m.mark
from pg_class t
join pg_namespace n on n.oid = t.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
cross join lateral (
    select format('index %s', i.indexrelid) from pg_index i where i.indrelid = t.oid
    union all
    select format('statistics %s', s.oid) from pg_statistic_ext s where s.stxrelid = t.oid
    union all
    -- A table that is rewritten may have lost those of columns with another type.
    select format('file %s of %s', pg_relation_filenode(t.oid), t.oid) where t.relkind <> 'p'
    union all
    select format('%s changed rows of %s', pg_stat_get_mod_since_analyze(t.oid), t.oid)
    where pg_stat_get_mod_since_analyze(t.oid) > 0
) m (mark)
where t.relkind in ('r', 'p', 'm');

-- id: planner-statistics
-- Of a table that its login may not read, the view tells nothing, on either arm. The rest is told to owners: of others it is left out.
-- Tables of this program and of extensions are read by no operation. A table of one page is read whole, whatever the planner knows of it.
with /* loadharness: statistics */
tables as (
    select c.oid, c.relname, c.relowner, n.nspname,
           case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^(pg|loadharness)_|^loadharness$'
                       and n.nspname <> 'information_schema'
    where c.relkind in ('r', 'm') and c.reltuples > 0 and c.relpages > 1
      and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.deptype = 'e')
)
select t.name, a.attname::text, coalesce(s.most_common_freqs[1], 0)::float8, s.null_frac::float8, a.attnum::int
from tables t
join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
left join pg_stats s on s.schemaname = t.nspname and s.tablename = t.relname and s.attname = a.attname and not s.inherited
union all
-- Those of an index's expressions stand under the name of the index.
select t.name, format('%s of the index %s', a.attname, x.relname), coalesce(s.most_common_freqs[1], 0)::float8,
       s.null_frac::float8, 2000 + a.attnum
from tables t
join pg_index i on i.indrelid = t.oid and i.indexprs is not null
join pg_class x on x.oid = i.indexrelid
join pg_attribute a on a.attrelid = x.oid and i.indkey[a.attnum - 1] = 0
left join pg_stats s on s.schemaname = t.nspname and s.tablename = x.relname and s.attname = a.attname and not s.inherited
where pg_has_role(t.relowner, 'usage')
union all
select t.name, format('the statistics object %s', o.stxname), coalesce(s.most_common_freqs[1], 0)::float8,
       case when s.statistics_name is not null then 0::float8 end, 3000
from tables t
join pg_statistic_ext o on o.stxrelid = t.oid
join pg_namespace n on n.oid = o.stxnamespace
left join pg_stats_ext s on s.statistics_schemaname = n.nspname and s.statistics_name = o.stxname and not s.inherited
where pg_has_role(t.relowner, 'usage')
order by 1, 5, 2;
