-- What was asked and answered, by whom, and the agents that can be asked. An agent's row is read for each question.
CREATE TABLE caravana.agent (
    name        text PRIMARY KEY,
    description text NOT NULL DEFAULT '',
    tools       text[] NOT NULL,
    role        text NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator'))
);
INSERT INTO caravana.agent VALUES ('operations', 'Tickets, SLAs and jobs: what failed, why it waits, what solved it last time',
    ARRAY['search_tickets', 'get_ticket', 'similar_solved', 'sla_at_risk', 'group_workload', 'find_jobs', 'get_job', 'job_neighbours',
          'job_log_tail', 'read_runbook'], 'viewer');

CREATE TABLE caravana.conversation (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner      text NOT NULL,
    agent      text NOT NULL,
    title      text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversation_owner ON caravana.conversation (owner, changed_at);
COMMENT ON COLUMN caravana.conversation.owner IS 'Who asked; empty: somebody on an open server';

CREATE TABLE caravana.chat_turn (
    place        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation uuid NOT NULL REFERENCES caravana.conversation ON DELETE CASCADE,
    question     text NOT NULL,
    answer       jsonb NOT NULL,
    asked_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX chat_turn_conversation ON caravana.chat_turn (conversation, place);
