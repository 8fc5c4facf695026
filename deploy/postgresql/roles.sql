-- Who may do what in the database: three group roles, one for each program that serves or works.
--
-- `portals migrate --roles` runs this file as the owner of the tables; it may be run again at any
-- time, and leaves nothing of what it granted before that it does not grant now. By hand:
-- psql --single-transaction --set ON_ERROR_STOP=1 --file roles.sql DATABASE
--
-- Nobody logs in as these roles: grant them to the roles that do (docs/operators/database-roles.md).
-- A table that stands nowhere below is out of reach for all three; a test wants each one named.

SET LOCAL search_path = public;

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['portals_public', 'portals_console', 'portals_worker'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- made for another database of this server a moment ago
    END;
  END LOOP;
END
$$;

-- Nothing for anybody …

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format(
    'REVOKE ALL ON DATABASE %I FROM portals_public, portals_console, portals_worker',
    current_database()
  );
  EXECUTE format(
    'GRANT CONNECT ON DATABASE %I TO portals_public, portals_console, portals_worker',
    current_database()
  );
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC, portals_public, portals_console, portals_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA public
  FROM PUBLIC, portals_public, portals_console, portals_worker;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public
  FROM PUBLIC, portals_public, portals_console, portals_worker;
REVOKE ALL ON ALL ROUTINES IN SCHEMA public
  FROM PUBLIC, portals_public, portals_console, portals_worker;

-- … but for this.

GRANT USAGE ON SCHEMA public TO portals_public, portals_console, portals_worker;
GRANT SELECT ON alembic_version TO portals_public, portals_console, portals_worker;

-- The public surface: takes reports, and never reads one.

GRANT INSERT ON envelopes TO portals_public;
GRANT INSERT ON outbox_messages TO portals_public;
GRANT INSERT ON reports TO portals_public;
-- What a retry's first answer and a receipt's status need.
GRANT SELECT (
  id, idempotency_hash, body_tag, secret_generation, received_at,
  receipt_hmac, reference, portal_id, state, status, updated_at
) ON reports TO portals_public;
GRANT INSERT ON spent_challenges TO portals_public;
GRANT SELECT (digest) ON spent_challenges TO portals_public;
-- All but the recovery copy.
GRANT SELECT (
  id, generation, suite, public_key, created_at, activated_at, superseded_at, retired_at
) ON sealing_keys TO portals_public;

GRANT SELECT, INSERT ON sighting_notes TO portals_public;
GRANT SELECT ON sightings TO portals_public;
GRANT SELECT ON tallies TO portals_public;
GRANT SELECT ON authorities TO portals_public;
GRANT SELECT ON portals TO portals_public;
GRANT SELECT ON partners TO portals_public;
GRANT SELECT ON partner_keys TO portals_public;
GRANT SELECT ON brandings TO portals_public;
GRANT SELECT ON branding_drafts TO portals_public;
GRANT SELECT ON kits TO portals_public;

-- The console, and the commands that an operator runs with its settings.

GRANT SELECT ON reports TO portals_console;
GRANT SELECT ON envelopes TO portals_console;
-- An envelope that does not open is set apart; data keys are sealed again to a new generation.
GRANT UPDATE (damaged_at, sealing_key_id, wrapped_key, content_key_id) ON envelopes
  TO portals_console;
GRANT UPDATE (lane) ON reports TO portals_console;
GRANT SELECT, INSERT ON sealing_keys TO portals_console;
GRANT UPDATE (activated_at, superseded_at, retired_at) ON sealing_keys TO portals_console;

GRANT SELECT ON outbox_messages TO portals_console;
-- A dead letter is tried again.
GRANT UPDATE (attempts, available_at, failed_at, last_error) ON outbox_messages TO portals_console;
GRANT SELECT ON periodic_jobs TO portals_console;
GRANT SELECT ON tallies TO portals_console;
GRANT SELECT ON tallied_days TO portals_console;
GRANT SELECT ON sightings TO portals_console;
GRANT SELECT ON sighting_notes TO portals_console;

GRANT SELECT, INSERT ON audit_events TO portals_console;
GRANT SELECT ON audit_links TO portals_console;
GRANT SELECT ON audit_checkpoints TO portals_console;

GRANT SELECT, INSERT, UPDATE ON authorities TO portals_console;
GRANT SELECT, INSERT, UPDATE ON portals TO portals_console;
GRANT SELECT, INSERT, UPDATE ON partners TO portals_console;
GRANT SELECT, INSERT, UPDATE ON partner_keys TO portals_console;
GRANT SELECT, INSERT ON brandings TO portals_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON branding_drafts TO portals_console;
GRANT SELECT, INSERT ON kits TO portals_console;
GRANT UPDATE (closed_at) ON kits TO portals_console;

GRANT SELECT, INSERT, UPDATE ON staff_accounts TO portals_console;
GRANT SELECT, INSERT ON staff_roles TO portals_console;
GRANT SELECT, INSERT, DELETE ON roles_users TO portals_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_passkeys TO portals_console;
GRANT SELECT, INSERT, DELETE ON staff_identities TO portals_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_sessions TO portals_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_sign_in_throttles TO portals_console;
GRANT SELECT, INSERT ON login_links TO portals_console;
GRANT UPDATE (used_at) ON login_links TO portals_console;
GRANT USAGE ON SEQUENCE staff_accounts_id_seq, staff_roles_id_seq, staff_passkeys_id_seq
  TO portals_console;

-- The worker: counts and tidies up, links and signs the audit trail, and reads nothing sealed.

GRANT SELECT, UPDATE, DELETE ON outbox_messages TO portals_worker;
GRANT SELECT, INSERT, UPDATE ON periodic_jobs TO portals_worker;
-- What stands in clear to be counted.
GRANT SELECT (
  id, mode, received_at, key_id, portal_id, partner_id,
  campaign, origin, language, territory, status
) ON reports TO portals_worker;
GRANT SELECT, INSERT, DELETE ON tallies TO portals_worker;
GRANT SELECT, INSERT, UPDATE ON tallied_days TO portals_worker;
-- FOR UPDATE SKIP LOCKED asks for UPDATE of a column, whichever.
GRANT SELECT, DELETE, UPDATE (seen) ON sighting_notes TO portals_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON sightings TO portals_worker;
GRANT SELECT (id, origins) ON partner_keys TO portals_worker;
GRANT SELECT, DELETE ON spent_challenges TO portals_worker;
GRANT SELECT, DELETE ON staff_sign_in_throttles TO portals_worker;

GRANT SELECT, INSERT ON audit_events TO portals_worker;
GRANT SELECT, INSERT ON audit_links TO portals_worker;
GRANT SELECT, INSERT ON audit_checkpoints TO portals_worker;
