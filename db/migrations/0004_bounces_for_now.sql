-- E-mails that came back for the time being alone. Whether a digest tells of all sessions. One index in place of two.
--
-- Constraints and comments word for word as schema.sql has them. What came back before this release stays as it was judged then.

alter table app.outbox
    drop constraint message_states_are_known,
    add constraint message_states_are_known check (state in (
        'waiting', 'sending', 'sent', 'delivered', 'bounced_for_now', 'bounced', 'complained', 'failed', 'unsure', 'withdrawn')),
    drop constraint sent_messages_have_their_moment,
    add constraint sent_messages_have_their_moment check (
        state not in ('sent', 'delivered', 'bounced_for_now', 'bounced', 'complained') or sent_at is not null);
comment on table app.outbox is
    'E-mails that go out of the house through a courier. They hold no words: what a digest says is rendered from its entries when it is handed over. States: waiting (for its turn, next_attempt_at), '
    'sending (a courier has it, until next_attempt_at), sent (handed over), delivered, bounced_for_now (a full mailbox, say: the address is good), bounced, complained (the provider says), failed (refused for good), '
    'unsure (nobody knows whether it was taken: a person decides), withdrawn (nothing of it may be said any more).';

alter table vault.delivery_events
    drop constraint delivery_events_are_known,
    add constraint delivery_events_are_known check (kind in ('delivered', 'bounced_for_now', 'bounced', 'complained', 'failed'));

comment on column app.digest_entries.content is
    '{"tenant", "closed_at", "notes_are_shown", "all_sessions_are_shown" (else those of the officer''s own), "goals": [{"id", "title", "target_date", "progress": {"body", "author", "at"}}], "sessions": [{"id", "at", "minutes", "type", "status"}], "notes": [{"id", "body", "author", "at"}]}: goals by age, sessions and notes by time.';

drop index app.entries_by_case_key, app.entries_by_case;
create index entries_by_case on app.digest_entries (case_id, landlord_id, organisation_id);
