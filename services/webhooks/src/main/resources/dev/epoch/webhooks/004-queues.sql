CREATE FUNCTION epoch.webhook_queue_rests(resting text, of_branch text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  -- each statement sees what was committed when it begins: the second one, all that was added under the lock
  PERFORM
  FROM epoch.webhook_queues AS q
  WHERE q.webhook = resting AND q.branch = of_branch
  FOR UPDATE;

  UPDATE epoch.webhook_queues AS q
  SET due_at = 'infinity'
  WHERE q.webhook = resting AND q.branch = of_branch AND NOT EXISTS (
    SELECT
    FROM epoch.webhook_deliveries AS d
    WHERE d.webhook = resting AND d.branch = of_branch AND d.state IN ('pending', 'failed'));
END
$$;

COMMENT ON FUNCTION epoch.webhook_queue_rests IS 'Nothing waits in a queue, unless something was added meanwhile';
