-- What a coordinator with workers needs before the first table is distributed (decision 0025). Each statement may run again.

-- Citus connects to a node as the role in force. pg_hba.conf of the nodes decides who may: the coordinator and the other workers.
alter role lh_owner login;
alter role lh_app login;
alter role lh_readonly login;
alter role lh_worker login;

-- The workspace of a transaction reaches the nodes with it: SET LOCAL is passed on, set_config() is not.
do $$
begin
    execute format('alter database %I set citus.propagate_set_commands = ''local''', current_database());
end
$$;
set citus.propagate_set_commands = 'local';

-- Bits are off: what they are written from is spread over the nodes, and folding takes more statements than a count by rows. Without these
-- triggers segment_bits_are_on() is false, which every function asks.
drop trigger if exists note_segment_insert on leads;
drop trigger if exists note_segment_update on leads;
drop trigger if exists note_segment_delete on leads;
drop trigger if exists forget_segment_bits on leads;
delete from segment_changes;
delete from segment_bit_workspaces;
do $$
declare
    v_before text := current_setting('row_security');
begin
    if exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'cron' and c.relname = 'job' and has_schema_privilege(n.oid, 'usage')) then
        -- pg_cron shows each role its own jobs by a policy, which is an error while policies are off.
        perform set_config('row_security', 'on', false);
        perform cron.unschedule(jobid) from cron.job
        where database = current_database() and username in (current_user, 'lh_jobs')
          and command = 'call public.run_job(''fold-segments'')';
        perform set_config('row_security', v_before, false);
    end if;
end
$$;
delete from scheduled_jobs where name = 'fold-segments';

-- Each node has all users, and its own trigger would tell of a change once more: functions alone change users, and are told of by members.
drop trigger if exists audit_users on users;

-- Key to a table that every node has: it is added again when both are there.
alter table workspace_members drop constraint if exists workspace_members_user_id_fkey;
