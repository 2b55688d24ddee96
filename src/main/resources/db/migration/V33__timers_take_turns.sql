-- The moment at which each timer was last obeyed. Of all workers, the one that notes a moment first does what is due then.
CREATE TABLE caravana.timer_turn (
    name   text PRIMARY KEY,
    moment timestamptz NOT NULL
);
DROP TABLE caravana.shedlock;
