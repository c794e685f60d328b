package dev.epoch.client;

import dev.epoch.client.access.ApiKeys;
import dev.epoch.client.admin.Diagnostics;
import dev.epoch.client.admin.Maintenance;
import dev.epoch.client.admin.SecretKeys;
import dev.epoch.client.branch.Branches;
import dev.epoch.client.catalog.Catalogs;
import dev.epoch.client.check.Checks;
import dev.epoch.client.commit.Commits;
import dev.epoch.client.commit.Stashes;
import dev.epoch.client.commit.Validations;
import dev.epoch.client.commit.WorkingSet;
import dev.epoch.client.event.Event;
import dev.epoch.client.event.Events;
import dev.epoch.client.hook.Hooks;
import dev.epoch.client.merge.Conflicts;
import dev.epoch.client.merge.Merges;
import dev.epoch.client.query.Queries;
import dev.epoch.client.record.Diffs;
import dev.epoch.client.record.Records;
import dev.epoch.client.replay.Replays;
import dev.epoch.client.repository.Repositories;
import dev.epoch.client.role.Roles;
import dev.epoch.client.schema.Schemas;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.table.Tables;
import dev.epoch.client.tag.Tags;
import dev.epoch.client.transport.Scope;
import dev.epoch.client.transport.Transport;
import dev.epoch.client.webhook.Webhooks;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A client of the REST API. Every command carries an idempotency key and is repeated with it when
 * the connection is lost; every read waits until the server has caught up with the commands that
 * this client has sent.
 *
 * <pre>{@code
 * try (EpochClient client = EpochClient.at("http://localhost:8000").repository("shop").build()) {
 *   client.branches().create("feature/prices", "main");
 *   client.commits().list(Commits.Selection.of("feature/prices", 10)).commits();
 * }
 * }</pre>
 *
 * <p>Every method throws {@link RefusedException} when the server says no and {@link
 * UnreachableException} when it says nothing. A client may be used by several threads.
 */
public final class EpochClient implements AutoCloseable {
  /** Heart-beats come each 15 seconds. */
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final Transport transport;
  private final Scope scope;

  private EpochClient(Transport transport, String repository) {
    this.transport = transport;
    this.scope = new Scope(transport, repository);
  }

  /** Starts to describe a client of the server at an address. */
  public static Builder at(String server) {
    return new Builder(server);
  }

  /** The same client seen from another repository; it shares connections and is not closed. */
  public EpochClient inRepository(String repository) {
    return new EpochClient(transport, Objects.requireNonNull(repository, "repository"));
  }

  /** Repositories of the server. */
  public Repositories repositories() {
    return new Repositories(transport);
  }

  /** Tables of the repository. */
  public Tables tables() {
    return new Tables(scope);
  }

  /** Storage backends. */
  public StorageBackends storage() {
    return new StorageBackends(scope);
  }

  /** Branches of the repository. */
  public Branches branches() {
    return new Branches(scope);
  }

  /** Tags of the repository. */
  public Tags tags() {
    return new Tags(scope);
  }

  /** Roles, and who has them. */
  public Roles roles() {
    return new Roles(scope);
  }

  /** Queries that decide about commits and merges. */
  public Checks checks() {
    return new Checks(scope);
  }

  /** Who is asked before a change is made. */
  public Hooks hooks() {
    return new Hooks(scope);
  }

  /** Commits of the repository. */
  public Commits commits() {
    return new Commits(scope);
  }

  /** Whether commits are what they say. */
  public Validations validations() {
    return new Validations(scope);
  }

  /** What is not yet committed. */
  public WorkingSet workingSet() {
    return new WorkingSet(scope);
  }

  /** Differences between states. */
  public Diffs diffs() {
    return new Diffs(scope);
  }

  /** Merges. */
  public Merges merges() {
    return new Merges(scope);
  }

  /** Reverts, cherry-picks, rebases and resets. */
  public Replays replays() {
    return new Replays(scope);
  }

  /** Schemas of tables and databases. */
  public Schemas schemas() {
    return new Schemas(scope);
  }

  /** Stashes. */
  public Stashes stashes() {
    return new Stashes(scope);
  }

  /** Conflicts of open merges. */
  public Conflicts conflicts() {
    return new Conflicts(scope);
  }

  /** Records of tables. */
  public Records records() {
    return new Records(scope);
  }

  /** Queries. */
  public Queries queries() {
    return new Queries(scope);
  }

  /** Catalogs of the server. */
  public Catalogs catalogs() {
    return new Catalogs(scope);
  }

  /** The event log. */
  public Events events() {
    return new Events(scope);
  }

  /**
   * Hands on each event as it comes, until the receiver answers false; see {@link Events#follow}.
   */
  public void subscribe(Events.Selection selection, Predicate<Event> receiver) {
    events().follow(selection, SILENCE, receiver);
  }

  /** Keys of stored secrets. */
  public SecretKeys secretKeys() {
    return new SecretKeys(scope);
  }

  /** Events sent to URLs. */
  public Webhooks webhooks() {
    return new Webhooks(scope);
  }

  /** How the server is. */
  public Diagnostics diagnostics() {
    return new Diagnostics(scope);
  }

  /** Keys of the API. */
  public ApiKeys apiKeys() {
    return new ApiKeys(scope);
  }

  /** What takes back what is no longer needed. */
  public Maintenance maintenance() {
    return new Maintenance(scope);
  }

  /**
   * The log position of the latest command that was answered, or null. A client built with it reads
   * nothing older.
   */
  public String position() {
    return transport.position();
  }

  /** Whether a command has been sent whose answer has not come; any thread may ask. */
  public boolean commandUnderWay() {
    return transport.commandUnderWay();
  }

  @Override
  public void close() {
    transport.close();
  }

  /** Describes a client. Everything has a usual value. */
  public static final class Builder {

    private final URI server;
    private String apiPrefix = "/api/v1";
    private String repository;
    private Actor actor = Actor.UNKNOWN;
    private String apiKey;
    private Duration requestTimeout;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private String position;
    private CallObserver observer = CallObserver.NONE;

    private Builder(String server) {
      this.server = URI.create(server);
    }

    /** Path of the API, {@code /api/v1} unless told otherwise. */
    public Builder apiPrefix(String value) {
      apiPrefix = value;
      return this;
    }

    /** Repository that every request names; without it the server chooses. */
    public Builder repository(String value) {
      repository = value;
      return this;
    }

    /** Who acts. */
    public Builder actor(Actor value) {
      actor = value;
      return this;
    }

    /** Key of the API, for servers that answer with one only; null for none. */
    public Builder apiKey(String value) {
      apiKey = value;
      return this;
    }

    /**
     * Longest wait for an answer. Without it the wait is ten minutes, and for the registration of a
     * table as long as it takes.
     */
    public Builder requestTimeout(Duration value) {
      requestTimeout = value;
      return this;
    }

    /** What happens when no answer comes. */
    public Builder retry(RetryPolicy value) {
      retry = value;
      return this;
    }

    /** Log position that reads must have reached; see {@link EpochClient#position()}. */
    public Builder position(String value) {
      position = value;
      return this;
    }

    /** Sees every exchange with the server. */
    public Builder observer(CallObserver value) {
      observer = value;
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if the address is not one of http or https, or the key is
     *     none
     */
    public EpochClient build() {
      ClientSettings settings =
          new ClientSettings(
              server,
              apiPrefix,
              actor,
              apiKey,
              Duration.ofSeconds(10),
              requestTimeout,
              retry,
              position,
              observer);
      return new EpochClient(new Transport(settings), repository);
    }
  }
}
