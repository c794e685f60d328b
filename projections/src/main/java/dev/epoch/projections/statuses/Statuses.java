package dev.epoch.projections.statuses;

import dev.epoch.projections.AdministrativeModels;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.hibernate.reactive.mutiny.Mutiny;

/** Reads what was said about commits. */
public final class Statuses {
  public static final List<Class<?>> ENTITIES = List.of(StoredStatus.class);

  private static final String OF_COMMIT =
      """
      SELECT s.status
      FROM StoredStatus AS s
      WHERE s.repository = :repository AND s.status.commit = :commit
      """;

  private static final String OF_CONTEXT = " AND s.status.context = :context ";

  private static final String LATEST =
      """
       AND NOT EXISTS (
        SELECT 1
        FROM StoredStatus AS n
        WHERE n.repository = s.repository AND n.status.commit = s.status.commit
          AND n.status.context = s.status.context AND n.position > s.position)
      """;

  private final AdministrativeModels models;

  public Statuses(AdministrativeModels models) {
    this.models = Objects.requireNonNull(models, "models");
  }

  /**
   * What somebody said about a commit.
   *
   * @param position in the log
   * @param context who says it, and about what
   * @param state pending, success, failure
   * @param description for people, or null
   * @param targetUrl where there is more, or null
   */
  @Embeddable
  public record Status(
      @Column(insertable = false, updatable = false) long position,
      @Column(name = "commit_id") String commit,
      String context,
      String state,
      String description,
      String targetUrl,
      String actorId,
      String actorName,
      @Column(name = "set_at") Instant time) {}

  /**
   * Statuses of a commit, the latest first.
   *
   * @param context only of this one, or null
   * @param all also those that others of their context have followed
   */
  public Uni<List<Status>> of(
      String repository, String commit, String context, boolean all, int limit) {
    String query =
        OF_COMMIT
            + (context == null ? "" : OF_CONTEXT)
            + (all ? "" : LATEST)
            + " ORDER BY s.position DESC";
    return models.run(session -> {
      Mutiny.SelectionQuery<Status> statuses =
          session
              .createSelectionQuery(query, Status.class)
              .setParameter("repository", repository)
              .setParameter("commit", commit)
              .setMaxResults(limit);
      return (context == null ? statuses : statuses.setParameter("context", context))
          .getResultList();
    });
  }
}
