-- step: mirror
-- The copies of the way down are fed by it, whoever writes.
alter function loadharness.mirror() security definer;
