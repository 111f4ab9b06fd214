-- The API: how often programs may ask.
--
-- Constraints and comments word for word as schema.sql has them.

-- Unlogged: what is lost with it in a crash is a minute's counting, and no call of the API waits for a disk.
create unlogged table vault.api_calls (
    minute  bigint not null,
    subject bytea not null,
    calls   integer not null,
    primary key (minute, subject),
    constraint callers_are_sha256 check (octet_length(subject) = 32)
);
comment on table vault.api_calls is
    'How often the API was called in a minute, or with a token that is no good: app.take_calls() limits it over all processes. Rows of earlier minutes go when the next one begins.';
comment on column vault.api_calls.minute is 'Minutes since 1970 UTC.';
comment on column vault.api_calls.subject is 'SHA-256 of which person, or of which network.';
