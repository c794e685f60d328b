package dev.epoch.storage.postgres.query;

/**
 * What one statement of a user may take.
 *
 * @param answerBytes text of all values of the answer
 * @param memoryBytes of the database server, for one sort or hash table; less where the role has
 *     less
 * @param temporaryBytes of the database server's disk, for what does not fit into memory; only
 *     where the role may say so, which superusers may
 */
public record QueryLimits(long answerBytes, long memoryBytes, long temporaryBytes) {
  public static final QueryLimits DEFAULT = new QueryLimits(64L << 20, 64L << 20, 4L << 30);

  private static final int KIBIBYTE = 1024;

  public QueryLimits withAnswerBytes(long bytes) {
    return new QueryLimits(bytes, memoryBytes, temporaryBytes);
  }

  public QueryLimits withTemporaryBytes(long bytes) {
    return new QueryLimits(answerBytes, memoryBytes, bytes);
  }

  /** A statement that sets the limits of the transaction; it never raises one. */
  String settings() {
    return """
    SELECT pg_catalog.set_config(
      'work_mem',
      pg_catalog.concat(
        LEAST(pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) / 1024, %1$d), 'kB'),
      TRUE);
    DO $$
    BEGIN
      IF pg_catalog.current_setting('temp_file_limit') = '-1'
        OR pg_catalog.pg_size_bytes(pg_catalog.current_setting('temp_file_limit')) / 1024 > %2$d
      THEN
        PERFORM pg_catalog.set_config('temp_file_limit', '%2$dkB', TRUE);
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      NULL;
    END
    $$;
    """
        .formatted(memoryBytes / KIBIBYTE, temporaryBytes / KIBIBYTE);
  }
}
