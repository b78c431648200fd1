-- What keeps a table from being distributed by its workspace (decision 0025) goes. All of it is valid, and no slower, on one server.

-- step: policy_function
-- The cost is the language's own. Tried at 20,000 and 200,000 leads, by the plans and blocks of the four reads that policies bind and of
-- seventeen that do not name their workspace: at 10 a join of leads and sends reads whole tables and asks it for each row (9,980 blocks
-- and 1.3 s; 12,664 and 0.7 s at 100 and more); 100 and 1000 have the same plans; at 10000 lead_with_activities reads 110 blocks and not
-- 58, for an empty month, which costs nothing to read whole, is asked by an index.
create function tenant_workspace() returns bigint
language plpgsql stable parallel safe cost 100
as $$
declare
    -- Names with their schema, and not a path of its own: that would cost each scan of a partition more than the rest.
    v_setting constant pg_catalog.text := pg_catalog.current_setting('app.workspace_id', true);
begin
    -- Workspace 0 is where the audit keeps what concerns no workspace: nobody's.
    return case when v_setting operator(pg_catalog.=) '' then null
                when v_setting::pg_catalog.int8 operator(pg_catalog.=) 0 then null
                else v_setting::pg_catalog.int8 end;
end
$$;
alter function tenant_workspace() owner to lh_owner;
revoke all on function tenant_workspace() from public;
grant execute on function tenant_workspace() to lh_app, lh_readonly, lh_worker;
comment on function tenant_workspace() is 'The workspace of the transaction, for policies: null when it has none, and then no row is seen.';

-- step: policies
-- no-transaction
-- A policy of a distributed table holds no subquery. One table a transaction: a lock is never held while waiting for the next one's.
do $$
declare
    v_policy record;
    v_rule text;
begin
    for v_policy in
        select c.oid::regclass as relation, p.polname as name, p.polwithcheck is not null as checked,
               case when c.relname = 'workspaces' then 'id' else 'workspace_id' end as workspace
        from pg_policy p
        join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
        where p.polname = 'tenant' and pg_get_expr(p.polqual, p.polrelid) ~* 'select'
        order by c.oid
    loop
        v_rule := format('%I = tenant_workspace()', v_policy.workspace);
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter policy %I on %s using (%s)%s', v_policy.name, v_policy.relation, v_rule,
                       case when v_policy.checked then format(' with check (%s)', v_rule) end);
        commit;
    end loop;
end
$$;

-- step: members
-- Users are everybody's: on a cluster each node has all of them, and no policy could look into another table. workspace_users() lists a
-- workspace's own.
drop policy members on users;
revoke select on users from lh_app, lh_readonly;
