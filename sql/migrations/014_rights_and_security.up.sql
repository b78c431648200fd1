-- Who may do what: jobs of a role of their own, an audit log that nobody skips, proof of erasures.

-- step: mirror
-- Nothing uses it between migrations, and a definer function of a superuser is a way up for whoever can alter what it calls.
alter function loadharness.mirror() security invoker;
revoke all on function loadharness.mirror(), loadharness.common_columns(regclass, regclass) from public;
