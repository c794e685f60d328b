package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.connection.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The schema {@code epoch} of a database: catalog tables and the functions that make everything
 * else. The schema may hold what others keep there, like the event log: only what the resources
 * name is touched.
 */
public final class EpochSchema {
  /** Grows when the resources change in a way that older servers cannot work with. */
  static final int VERSION = 1;

  /** Where the resources lie: each in the folder of the package that it belongs to. */
  private static final String FOLDER = "/dev/epoch/storage/postgres/";

  private static final List<String> RESOURCES =
      List.of(
          "catalog/catalog.sql",
          "catalog/names.sql",
          "catalog/columns.sql",
          "catalog/table_columns.sql",
          "catalog/follow_table.sql",
          "branch/schema_only.sql",
          "branch/dropped_tables.sql",
          "branch/branch_columns.sql",
          "branch/own_types.sql",
          "branch/own_domains.sql",
          "branch/made_objects.sql",
          "branch/followed_columns.sql",
          "branch/hidden_sequences.sql",
          "branch/own_sequences.sql",
          "branch/released_sequences.sql",
          "catalog/adopted_columns.sql",
          "capture/capture.sql",
          "capture/capture_notes.sql",
          "capture/altered_tables.sql",
          "capture/append_only.sql",
          "capture/append_columns.sql",
          "capture/key_counts.sql",
          "capture/nested_captures.sql",
          "catalog/unique_rules.sql",
          "state/states.sql",
          "state/overlays.sql",
          "branch/policies.sql",
          "branch/own_views.sql",
          "branch/layered.sql",
          "branch/views.sql",
          "branch/view_checks.sql",
          "branch/view_writes.sql",
          "branch/copies.sql",
          "branch/copy_fills.sql",
          "branch/copy_policy.sql",
          "record/record_writes.sql",
          "branch/touched_keys.sql",
          "branch/open_layers.sql",
          "state/write_marks.sql",
          "branch/open_captures.sql",
          "branch/open_owners.sql",
          "branch/open_refusals.sql",
          "branch/own_parts.sql",
          "branch/own_functions.sql",
          "branch/open_tables.sql",
          "branch/open_references.sql",
          "branch/openings.sql",
          "branch/open_sessions.sql",
          "branch/own_objects.sql",
          "branch/hidden_tables.sql",
          "branch/new_tables.sql",
          "branch/branches.sql",
          "branch/sessions.sql",
          "branch/connections.sql",
          "capture/guard.sql",
          "branch/read_views.sql",
          "surface/commands.sql",
          "surface/tables.sql",
          "surface/history.sql",
          "surface/schemas.sql",
          "surface/snapshots.sql",
          "surface/surface.sql",
          "capture/rescan.sql",
          "migration/migrations.sql",
          "migration/keeping.sql",
          "catalog/archives.sql",
          "catalog/removal.sql");

  private static final String SCRIPT =
      RESOURCES.stream().map(EpochSchema::read).collect(Collectors.joining("\n"));

  private static final String[] FUNCTIONS =
      Arrays.stream(names("CREATE OR REPLACE FUNCTION epoch\\.(\\w+)"))
          .distinct()
          .toArray(String[]::new);
  private static final String[] TABLES =
      names("CREATE (?:UNLOGGED )?TABLE IF NOT EXISTS epoch\\.(\\w+)");
  private static final String FINGERPRINT = sha256(SCRIPT);

  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('epoch storage schema', 0))";

  /** Drops the functions that the parameter names, but for those that something still needs. */
  private static final String DROP_FUNCTIONS =
      """
      DO $$
      DECLARE
        gone regprocedure;
      BEGIN
        FOR gone IN
          SELECT p.oid
          FROM pg_proc AS p
          JOIN pg_namespace AS n ON n.oid = p.pronamespace
          WHERE n.nspname = 'epoch' AND p.proname = ANY (%s)
            AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgfoid = p.oid)
        LOOP
          BEGIN
            EXECUTE format('DROP FUNCTION %%s', gone);
          EXCEPTION WHEN dependent_objects_still_exist THEN
            NULL;
          END;
        END LOOP;
      END
      $$
      """;

  private static final String NAMES = "'{" + String.join(",", FUNCTIONS) + "}'";
  private static final String DROP_OWN_FUNCTIONS = DROP_FUNCTIONS.formatted(NAMES);

  /** Of other versions. */
  private static final String DROP_OTHER_FUNCTIONS =
      DROP_FUNCTIONS.formatted(
          """
          ARRAY(
            SELECT other FROM epoch.storage_version, unnest(functions) AS other
            WHERE other <> ALL (%s))\
          """
              .formatted(NAMES));

  private static final String DROP_SCHEMA_IF_EMPTY =
      """
      DO $$
      BEGIN
        DROP SCHEMA epoch;
      EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        NULL;
      END
      $$
      """;

  private static final String CURRENT = "(version > $1 OR version = $1 AND fingerprint = $2)";

  private EpochSchema() {}

  /**
   * Brings the schema up to date. Callers wait for each other only when there is something to do. A
   * schema of a newer server is left as it is.
   */
  public static void ensure(Session session) {
    if (isCurrent(session)) {
      return;
    }
    session.list(LOCK, row -> row);
    if (isCurrent(session)) {
      return;
    }
    boolean upgrade = exists(session);
    session.run("SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = warning");
    if (upgrade) {
      session.run(DROP_OWN_FUNCTIONS);
    }
    session.run(SCRIPT);
    session.run(revokeFromPublic());
    if (upgrade) {
      session.list("SELECT epoch.renew_generated()::text", row -> row);
      session.run(DROP_OTHER_FUNCTIONS);
    }
    session.execute(
        """
        INSERT INTO epoch.storage_version AS v (version, fingerprint, functions)
        VALUES ($1, $2, $3)
        ON CONFLICT (only_row) DO UPDATE
        SET version = excluded.version, fingerprint = excluded.fingerprint, applied_at = now(),
          functions = excluded.functions || ARRAY(
            SELECT kept FROM unnest(v.functions) AS kept
            WHERE kept <> ALL (excluded.functions)
              AND EXISTS (
                SELECT FROM pg_proc
                WHERE pronamespace = 'epoch'::regnamespace AND proname = kept))
        """,
        VERSION,
        FINGERPRINT,
        FUNCTIONS);
  }

  /** Whether Epoch's catalog is in the database. */
  public static boolean exists(Session session) {
    return session
        .first(
            "SELECT to_regclass('epoch.storage_version') IS NOT NULL AS there",
            row -> row.getBoolean("there"))
        .orElse(false);
  }

  /**
   * Removes the catalog and the functions; the caller has removed what they made. The schema stays
   * if something else lives there, or if it belongs to another role.
   */
  public static void drop(Session session) {
    session.list("SELECT epoch.remove_surface()::text", row -> row);
    session.run(DROP_OTHER_FUNCTIONS);
    session.run("DROP MATERIALIZED VIEW IF EXISTS epoch.no_row_locks");
    // tables first: their triggers hold functions
    session.run(
        Arrays.stream(TABLES)
            .map(table -> "epoch." + table)
            .collect(Collectors.joining(", ", "DROP TABLE ", " CASCADE")));
    session.run(DROP_OWN_FUNCTIONS);
    session.run("REVOKE USAGE ON SCHEMA epoch FROM PUBLIC");
    session.run(DROP_SCHEMA_IF_EMPTY);
  }

  static boolean hasTableColumns(Session session) {
    return session
        .first(
            "SELECT to_regclass('epoch.table_columns') IS NOT NULL AS there",
            row -> row.getBoolean("there"))
        .orElse(false);
  }

  static boolean hasOpenColumns(Session session) {
    return session
        .first(
            """
            SELECT EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('epoch.branch_tables') AND attname = 'absent'
            ) AS there\
            """,
            row -> row.getBoolean("there"))
        .orElse(false);
  }

  /** Whether the schema is there and was made by an older program. */
  static boolean isBehind(Session session) {
    return exists(session) && !fits(session);
  }

  /** Whether the schema is there and is not older than this program. */
  static boolean isCurrent(Session session) {
    return exists(session) && fits(session);
  }

  private static boolean fits(Session session) {
    return session
        .first(
            "SELECT " + CURRENT + " AS current FROM epoch.storage_version",
            row -> row.getBoolean("current"),
            VERSION,
            FINGERPRINT)
        .orElse(false);
  }

  /** Goes on as if it were up to date; the transaction fails before it commits if it is not. */
  public static void assumeCurrent(Session session) {
    Supplier<List<Boolean>> current =
        session.askAside(
            "SELECT " + CURRENT + " AS current FROM epoch.storage_version",
            row -> row.getBoolean("current"),
            VERSION,
            FINGERPRINT);
    session.assume(() -> {
      if (!current.get().equals(List.of(true))) {
        throw new OutdatedException();
      }
    });
  }

  /** The schema is none that this program has made. */
  private static final class OutdatedException extends StorageException {
    private static final long serialVersionUID = 1L;

    OutdatedException() {
      super("Epoch's schema in the database is not up to date", "Try again");
    }
  }

  /** New functions may be called by anybody; ours only by whom {@code privileges.sql} names. */
  private static String revokeFromPublic() {
    return Arrays.stream(FUNCTIONS)
            .map(function -> "REVOKE ALL ON FUNCTION epoch." + function + " FROM PUBLIC")
            .collect(Collectors.joining(";\n"))
        + ";\n"
        + read("catalog/privileges.sql");
  }

  private static String read(String resource) {
    try (InputStream in = EpochSchema.class.getResourceAsStream(FOLDER + resource)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] names(String pattern) {
    return Pattern.compile(pattern)
        .matcher(SCRIPT)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toArray(String[]::new);
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
