package dev.epoch.projections.history;

import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@link HistoryProjector} keeps, read without waiting: every method is one query. Commits are
 * named by their positions in the log, which grow from parents to children.
 */
public final class HistoryReads {
  private static final String FROM_BRANCHES =
      " FROM epoch_read.branches AS b"
          + " JOIN epoch_read.commits AS c ON c.repository = b.repository AND c.position = b.head"
          + " WHERE b.repository = $1";

  private static final String BRANCHES =
      "SELECT " + BranchRow.COLUMNS + FROM_BRANCHES + " ORDER BY b.name COLLATE \"C\"";

  private static final String NAMED =
      "SELECT " + BranchRow.COLUMNS + FROM_BRANCHES + " AND b.name = $2";

  private static final String DEFAULT =
      "SELECT " + BranchRow.COLUMNS + FROM_BRANCHES + " AND b.is_default";

  private static final String CURRENT =
      "SELECT "
          + BranchRow.COLUMNS
          + FROM_BRANCHES
          + """
           AND b.branch_id = coalesce(
            (SELECT k.branch_id FROM epoch_read.checkouts AS k WHERE k.repository = $1 AND k.actor_id = $2),
            (SELECT d.branch_id FROM epoch_read.branches AS d WHERE d.repository = $1 AND d.is_default)
          )
          """;

  private static final String TAG =
      "SELECT position FROM epoch_read.tags WHERE repository = $1 AND name = $2";

  private static final String HEADS =
      """
      SELECT head FROM epoch_read.branches WHERE repository = $1
      UNION
      SELECT position FROM epoch_read.tags WHERE repository = $1
      ORDER BY 1
      """;

  private static final String FROM_COMMITS =
      "SELECT " + CommitRow.COLUMNS + " FROM epoch_read.commits AS c WHERE c.repository = $1";

  private static final String AT = FROM_COMMITS + " AND c.position = $2";

  private static final String STARTING_WITH =
      FROM_COMMITS + " AND c.commit_id >= $2 AND c.commit_id < $3 ORDER BY c.commit_id LIMIT $4";

  private static final String FIRST_PARENT =
      """
      WITH RECURSIVE line (position, parent_positions, distance) AS (
        SELECT position, parent_positions, 0
        FROM epoch_read.commits
        WHERE repository = $1 AND position = $2
        UNION ALL
        SELECT c.position, c.parent_positions, l.distance + 1
        FROM line AS l
          JOIN epoch_read.commits AS c ON c.repository = $1 AND c.position = l.parent_positions[1]
        WHERE l.distance < $3
      )
      SELECT position
      FROM line
      WHERE distance = $3
      """;

  private static final String LOG =
      "SELECT w.total, "
          + CommitRow.COLUMNS
          + """
           FROM epoch_read.walk_commits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS w
            LEFT JOIN epoch_read.commits AS c ON c.repository = $1 AND c.position = ANY (w.page)
          ORDER BY c.position DESC
          """;

  private static final String COMPARE =
      """
      SELECT d.ahead, d.behind, c.position AS base_position, CASE WHEN c.generation > 0 THEN c.commit_id END AS base
      FROM epoch_read.compare_commits($1, $2, $3) AS d
        JOIN epoch_read.commits AS c ON c.repository = $1 AND c.position = ANY (d.bases)
      ORDER BY c.generation DESC, c.committed_at DESC, c.commit_id
      LIMIT 1
      """;

  /** Behind every character that an id may go on with. */
  private static final String BEHIND = "g";

  private static final char NO_CHARACTER = '\uFFFE';

  private final Pool pool;

  public HistoryReads(Pool pool) {
    this.pool = pool;
  }

  /**
   * Which commits; null fields do not filter.
   *
   * @param since at or after
   * @param until at or before
   * @param author part of name, e-mail address or id, in any case
   * @param committer part of the same of who asked for the commit
   * @param actor id of who asked for it
   * @param table that changed
   */
  public record Filter(
      Instant since, Instant until, String author, String committer, String actor, String table) {
    public static final Filter NONE = new Filter(null, null, null, null, null, null);
  }

  /**
   * Part of a log.
   *
   * @param commits newest first
   * @param total how many there are; only those seen where they were not counted
   */
  public record Log(List<CommitRow> commits, long total) {}

  /**
   * How two commits diverged.
   *
   * @param ahead commits that only the first has
   * @param behind commits that only the second has
   * @param base id of the best common ancestor, null if that is the hidden root
   * @param basePosition of that ancestor, the hidden root's too
   */
  public record Divergence(long ahead, long behind, String base, long basePosition) {}

  /** All branches, by name. */
  public Uni<List<BranchRow>> branches(String repository) {
    return query(BRANCHES, repository).map(HistoryReads::branches);
  }

  public Uni<Optional<BranchRow>> branch(String repository, String name) {
    return query(NAMED, repository, name).map(rows -> branches(rows).stream().findFirst());
  }

  /** The branch whose rows are the live tables; none if there is no such repository. */
  public Uni<Optional<BranchRow>> defaultBranch(String repository) {
    return query(DEFAULT, repository).map(rows -> branches(rows).stream().findFirst());
  }

  /** Position of the commit that a tag names. */
  public Uni<Optional<Long>> tag(String repository, String name) {
    return query(TAG, repository, name).map(rows -> positions(rows).stream().findFirst());
  }

  /** Positions of the commits that branches and tags stand at, each once. */
  public Uni<List<Long>> heads(String repository) {
    return query(HEADS, repository).map(HistoryReads::positions);
  }

  /** The branch that an actor works on; none if there is no such repository. */
  public Uni<Optional<BranchRow>> current(String repository, String actorId) {
    return query(CURRENT, repository, actorId).map(rows -> branches(rows).stream().findFirst());
  }

  public Uni<Optional<CommitRow>> commit(String repository, long position) {
    return query(AT, repository, position).map(rows -> commits(rows).stream().findFirst());
  }

  /** Commits whose ids begin like this, in the order of ids, at most so many. */
  public Uni<List<CommitRow>> startingWith(String repository, String prefix, int limit) {
    String from = prefix.toLowerCase(Locale.ROOT);
    return query(STARTING_WITH, repository, from, from + BEHIND, limit).map(HistoryReads::commits);
  }

  /** Position of the ancestor so many first parents away; none if the history ends before. */
  public Uni<Optional<Long>> firstParent(String repository, long position, int count) {
    return query(FIRST_PARENT, repository, position, count)
        .map(rows -> positions(rows).stream().findFirst());
  }

  /**
   * What some commits reach, newest first, the hidden root left out.
   *
   * @param heads positions
   * @param excluded positions: what these reach is left out
   * @param counted whether to count all that match; costs a walk through the whole history
   */
  public Uni<Log> log(
      String repository,
      List<Long> heads,
      List<Long> excluded,
      Filter filter,
      int offset,
      int limit,
      boolean counted) {
    return query(
            LOG,
            repository,
            heads.toArray(Long[]::new),
            excluded.toArray(Long[]::new),
            (long) offset,
            (long) limit,
            counted,
            time(filter.since()),
            time(filter.until()),
            lower(filter.author()),
            lower(filter.committer()),
            filter.actor(),
            filter.table())
        .map(rows -> {
          long total = 0;
          List<CommitRow> commits = new ArrayList<>();
          for (Row row : rows) {
            total = row.getLong("total");
            if (row.getLong("position") != null) {
              commits.add(CommitRow.of(row));
            }
          }
          return new Log(commits, total);
        });
  }

  /** How two commits diverged; both by position. */
  public Uni<Divergence> compare(String repository, long ours, long theirs) {
    return query(COMPARE, repository, ours, theirs)
        .map(rows -> {
          if (rows.size() == 0) {
            return new Divergence(0, 0, null, 0); // the repository is gone
          }
          Row row = rows.iterator().next();
          return new Divergence(
              row.getLong("ahead"),
              row.getLong("behind"),
              row.getString("base"),
              row.getLong("base_position"));
        });
  }

  private static String lower(String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }

  private static OffsetDateTime time(Instant time) {
    return time == null ? null : time.atOffset(ZoneOffset.UTC);
  }

  /** No text of the log has NUL, which PostgreSQL does not take: one that has it finds nothing. */
  static String text(String text) {
    return text.replace('\0', NO_CHARACTER);
  }

  private Uni<RowSet<Row>> query(String sql, Object... values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof String text) {
        values[i] = text(text);
      }
    }
    return ModelReads.orUnavailable(pool.preparedQuery(sql).execute(Tuple.from(values)));
  }

  private static List<BranchRow> branches(RowSet<Row> rows) {
    List<BranchRow> branches = new ArrayList<>(rows.size());
    rows.forEach(row -> branches.add(BranchRow.of(row)));
    return branches;
  }

  private static List<Long> positions(RowSet<Row> rows) {
    List<Long> positions = new ArrayList<>(rows.size());
    rows.forEach(row -> positions.add(row.getLong(0)));
    return positions;
  }

  private static List<CommitRow> commits(RowSet<Row> rows) {
    List<CommitRow> commits = new ArrayList<>(rows.size());
    rows.forEach(row -> commits.add(CommitRow.of(row)));
    return commits;
  }
}
