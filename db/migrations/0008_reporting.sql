-- BI logins: which organisation's figures each reads. The views that they read are in reporting.sql, applied whole.
--
-- Table, index and triggers word for word as schema.sql has them.

create table vault.bi_logins (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null references app.organisations,
    login           text not null,
    created_at      timestamptz not null default now(),
    constraint bi_logins_are_bound_once unique (login),
    -- The beginning tells them from every other role of the server, the length is what Postgres takes for a name.
    constraint bi_logins_are_plain_words check (login ~ '^bi_[a-z][a-z0-9_]{0,49}$')
);
comment on table vault.bi_logins is
    'Which organisation''s figures a login of a BI tool reads: by the name that it signs in with, so that nothing which a client can set changes it (app.bi_organisation). `./run bi-login` writes it. No row, no figure.';
create index bi_logins_by_organisation on vault.bi_logins (organisation_id);
-- Who may read a firm's figures is written down in that firm's log.
create trigger written_down after insert or update on vault.bi_logins
    for each row execute function app.write_down('id', '', '', 'created_at');
create trigger written_down_when_deleted after delete on vault.bi_logins
    for each row execute function app.write_down('id', '', '', 'created_at');
