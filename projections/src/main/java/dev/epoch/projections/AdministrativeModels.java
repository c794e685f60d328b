package dev.epoch.projections;

import static org.hibernate.cfg.JdbcSettings.ALLOW_METADATA_ON_BOOT;
import static org.hibernate.cfg.JdbcSettings.DIALECT;
import static org.hibernate.cfg.MappingSettings.PHYSICAL_NAMING_STRATEGY;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.impl.ContextInternal;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.hibernate.boot.MetadataSources;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.boot.registry.BootstrapServiceRegistryBuilder;
import org.hibernate.bytecode.internal.none.BytecodeProviderImpl;
import org.hibernate.bytecode.spi.BytecodeProvider;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.jdbc.spi.SqlExceptionHelper;
import org.hibernate.engine.jdbc.spi.SqlStatementLogger;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.pool.ReactiveConnectionPool;
import org.hibernate.reactive.pool.impl.ExternalSqlClientPool;
import org.hibernate.reactive.provider.ReactiveServiceRegistryBuilder;
import org.hibernate.reactive.vertx.VertxInstance;
import org.hibernate.reactive.vertx.impl.ProvidedVertxInstance;

/**
 * What people administer and look at, as entities of Hibernate Reactive over the pool of the
 * metadata database. Migrations own the tables.
 *
 * <p>The entities are prepared beside, on a thread of the pool of workers, when they are first used
 * or by {@link #prepare}.
 */
public final class AdministrativeModels implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AdministrativeModels.class.getName());

  private final Vertx vertx;
  private final Uni<Mutiny.SessionFactory> sessions;
  private volatile Mutiny.SessionFactory opened;

  /**
   * @param pool of connections to the metadata database; it stays open when this is closed
   */
  public AdministrativeModels(Vertx vertx, Pool pool, List<Class<?>> entities) {
    this.vertx = Objects.requireNonNull(vertx, "vertx");
    this.sessions =
        Uni.createFrom()
            .item(() -> opened = open(vertx, pool, entities))
            .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
            .memoize()
            .indefinitely();
  }

  private static Mutiny.SessionFactory open(Vertx vertx, Pool pool, List<Class<?>> entities) {
    MetadataSources sources =
        new MetadataSources(
            new ReactiveServiceRegistryBuilder(
                    new BootstrapServiceRegistryBuilder()
                        .applyClassLoader(AdministrativeModels.class.getClassLoader())
                        .enableAutoClose()
                        .build())
                .applySettings(
                    Map.of(
                        DIALECT, PostgreSQLDialect.class.getName(),
                        ALLOW_METADATA_ON_BOOT, false,
                        PHYSICAL_NAMING_STRATEGY,
                            PhysicalNamingStrategySnakeCaseImpl.class.getName()))
                .addService(BytecodeProvider.class, new BytecodeProviderImpl())
                .addService(VertxInstance.class, new ProvidedVertxInstance(vertx.getDelegate()))
                .addService(
                    ReactiveConnectionPool.class,
                    new ExternalSqlClientPool(
                        pool.getDelegate(),
                        new SqlStatementLogger(),
                        new SqlExceptionHelper(false, false)))
                .build());
    entities.forEach(sources::addAnnotatedClass);
    return sources.buildMetadata().buildSessionFactory().unwrap(Mutiny.SessionFactory.class);
  }

  /** Prepares the entities, beside, so that the first use does not wait for it. */
  public void prepare() {
    sessions.subscribe().with(_ -> {}, failure -> LOG.log(Level.ERROR, "No entities", failure));
  }

  /**
   * Statements, each for itself. Failures that say nothing of them, but of the database at that
   * moment, come as {@link dev.epoch.log.LogUnavailableException}.
   */
  public <T> Uni<T> run(Function<Mutiny.StatelessSession, Uni<T>> work) {
    return ModelReads.orUnavailable(factory().chain(open -> open.withStatelessSession(work)));
  }

  /** All of it or nothing; entities that were changed are stored at the end. */
  public <T> Uni<T> transact(Function<Mutiny.Session, Uni<T>> work) {
    return ModelReads.orUnavailable(factory().chain(open -> open.withTransaction(work)));
  }

  /** Stores another entity; whether there was none with its key. */
  public Uni<Boolean> insert(Object entity) {
    return run(session -> session.insert(entity))
        .replaceWith(true)
        .onFailure(ConstraintViolationException.class)
        .recoverWithItem(false);
  }

  /** A session belongs to an event loop, and to a context that nobody else works in. */
  private Uni<Mutiny.SessionFactory> factory() {
    return Uni.createFrom()
        .deferred(() -> {
          ContextInternal context =
              ((ContextInternal) vertx.getDelegate().getOrCreateContext()).duplicate();
          Executor there = task -> context.runOnContext(_ -> task.run());
          return sessions.emitOn(there);
        });
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.close();
    }
  }
}
