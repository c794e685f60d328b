package dev.epoch.webhooks.hook;

import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.NameInRepository;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.hibernate.LockMode;

/** The table of hooks. Methods wait for the database; not for an event loop. */
final class StoredHooks {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final AdministrativeModels models;

  StoredHooks(AdministrativeModels models) {
    this.models = models;
  }

  /**
   * In the order in which they are asked.
   *
   * @param since when the repository was created
   */
  List<StoredHook> of(String repository, Instant since) {
    return answer(
        models.run(session ->
            session
                .createSelectionQuery(
                    """
                    FROM StoredHook AS h
                    WHERE h.id.repository = :repository AND h.hook.createdAt >= :since
                    ORDER BY h.hook.createdAt, h.id.name
                    """,
                    StoredHook.class)
                .setParameter("repository", repository)
                .setParameter("since", since)
                .getResultList()));
  }

  /**
   * @param since when the repository was created: hooks of a former one of its name go
   * @return whether the name was free
   */
  boolean insert(Hook hook, String sealedSecrets, Instant since) {
    return answer(
        models
            .run(session ->
                session
                    .createMutationQuery(
                        """
                        DELETE FROM StoredHook AS h
                        WHERE h.id.repository = :repository AND h.hook.createdAt < :since
                        """)
                    .setParameter("repository", hook.repository())
                    .setParameter("since", since)
                    .executeUpdate())
            .chain(() -> models.insert(new StoredHook(hook, sealedSecrets))));
  }

  void update(Hook hook) {
    answer(
        models.transact(session ->
            session
                .find(
                    StoredHook.class,
                    new NameInRepository(hook.repository(), hook.name()),
                    LockMode.PESSIMISTIC_WRITE)
                .onItem()
                .ifNotNull()
                .invoke(stored -> stored.change(hook))));
  }

  boolean delete(String repository, String name) {
    return answer(
            models.run(session ->
                session
                    .createMutationQuery("DELETE FROM StoredHook AS h WHERE h.id = :id")
                    .setParameter("id", new NameInRepository(repository, name))
                    .executeUpdate()))
        > 0;
  }

  private static <T> T answer(Uni<T> question) {
    return question.await().atMost(LONGEST);
  }
}
