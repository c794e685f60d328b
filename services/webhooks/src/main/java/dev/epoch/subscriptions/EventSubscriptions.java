package dev.epoch.subscriptions;

import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.NameInRepository;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny.StatelessSession;

/**
 * Readers of events whose positions the server keeps. Methods wait for the database: call them on
 * virtual threads.
 */
public final class EventSubscriptions {
  public static final List<Class<?>> ENTITIES = List.of(StoredSubscription.class);

  private static final String LIST =
      """
      SELECT s.subscription
      FROM StoredSubscription AS s
      WHERE s.id.repository = :repository
      ORDER BY s.id.name
      """;

  private static final String ONE =
      "SELECT s.subscription FROM StoredSubscription AS s WHERE s.id = :id";

  /** Never back: what was acknowledged stays so. */
  private static final String ACKNOWLEDGE =
      """
      UPDATE StoredSubscription AS s
      SET s.subscription.position = :position
      WHERE s.id = :id AND s.subscription.position < :position
      """;

  /** Only from where it was read: somebody may have made it anew. */
  private static final String PASS =
      """
      UPDATE StoredSubscription AS s
      SET s.subscription.position = :to
      WHERE s.id = :id AND s.subscription.position = :from AND :to > :from
      """;

  private final AdministrativeModels models;

  public EventSubscriptions(AdministrativeModels models) {
    this.models = models;
  }

  /**
   * A reader.
   *
   * @param types wire names; empty for all
   * @param branches patterns; empty for all
   * @param tables patterns; empty for all
   * @param position of the log up to which all is acknowledged
   */
  @Embeddable
  public record Subscription(
      @Column(insertable = false, updatable = false) String repository,
      @Column(insertable = false, updatable = false) String name,
      List<String> types,
      List<String> branches,
      List<String> tables,
      long position,
      Instant createdAt,
      String createdBy) {
    public Subscription {
      Objects.requireNonNull(repository, "repository");
      Objects.requireNonNull(name, "name");
      types = List.copyOf(types);
      branches = List.copyOf(branches);
      tables = List.copyOf(tables);
    }
  }

  /** Those of a repository, by name. */
  public List<Subscription> list(String repository) {
    return models
        .run(session ->
            session
                .createSelectionQuery(LIST, Subscription.class)
                .setParameter("repository", repository)
                .getResultList())
        .await()
        .indefinitely();
  }

  public Optional<Subscription> get(String repository, String name) {
    NameInRepository id = new NameInRepository(repository, name);
    return models.run(session -> one(session, id)).await().indefinitely();
  }

  private static Uni<Optional<Subscription>> one(StatelessSession session, NameInRepository id) {
    return session
        .createSelectionQuery(ONE, Subscription.class)
        .setParameter("id", id)
        .getSingleResultOrNull()
        .map(Optional::ofNullable);
  }

  /** Whether there was none of this name. */
  public boolean add(Subscription added) {
    return models.insert(new StoredSubscription(added)).await().indefinitely();
  }

  /** All up to the position is done; the subscription as it is then, empty if there is none. */
  public Optional<Subscription> acknowledge(String repository, String name, long position) {
    NameInRepository id = new NameInRepository(repository, name);
    return models
        .run(session ->
            session
                .createMutationQuery(ACKNOWLEDGE)
                .setParameter("id", id)
                .setParameter("position", position)
                .executeUpdate()
                .chain(() -> one(session, id)))
        .await()
        .indefinitely();
  }

  /** Nothing between the two positions is for the subscription. */
  public void pass(Subscription read, long to) {
    models
        .run(session ->
            session
                .createMutationQuery(PASS)
                .setParameter("id", new NameInRepository(read.repository(), read.name()))
                .setParameter("from", read.position())
                .setParameter("to", to)
                .executeUpdate())
        .await()
        .indefinitely();
  }

  /** Whether there was one. */
  public boolean remove(String repository, String name) {
    return models
            .run(session ->
                session
                    .createMutationQuery("DELETE FROM StoredSubscription AS s WHERE s.id = :id")
                    .setParameter("id", new NameInRepository(repository, name))
                    .executeUpdate())
            .await()
            .indefinitely()
        > 0;
  }
}
