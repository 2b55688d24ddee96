-- Programs that are told of change events over HTTP. Each is the consumer group webhook.<id>. Secrets are not stored: they are derived
-- from caravana.webhooks.key, the id and the version.
CREATE TABLE caravana.webhook (
    id             text PRIMARY KEY,
    url            text NOT NULL,
    -- what whoever registered it may see; NULL: everything
    companies      text[],
    groups         text[],
    secret_version integer NOT NULL DEFAULT 1,
    -- until when requests are signed with the secret before, too
    rotates_until  timestamptz,
    created_by     text,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- since when every request has failed
    failing_since  timestamptz,
    failure        text,
    disabled_at    timestamptz
);

-- A group whose consumer is switched off keeps what is pending, up to the hard limit of retention.
ALTER TABLE caravana.consumer_group ADD COLUMN paused boolean NOT NULL DEFAULT false;
