package dev.epoch.api.request;

import dev.epoch.api.ServerStatus;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.NotReadyException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Rights;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Verb;
import dev.epoch.projections.BehindException;
import dev.epoch.projections.Projections;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** What every request says beside its own parameters: who asks, about which repository. */
@RequestScoped
public class ApiRequest {
  public static final String POSITION = "X-Epoch-Position";
  private static final String MINIMUM_POSITION = "X-Epoch-Min-Position";
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int LONGEST_KEY = 200;

  /** So long an answer waits for the read model that it comes from. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /** Of SHA-256: keys of one client are told apart, nobody's secret hangs on it. */
  private static final int DIGEST_BYTES = 16;

  private final VersioningServer server;
  private final ServerStatus status;
  private final CurrentVertxRequest context;
  private final Projections projections;

  @Context HttpHeaders headers;
  @Context UriInfo uri;

  private LiveRepository used;
  private Need need = new Need.Nothing();
  private String method;
  private MessageDigest body;

  /** For the proxy. */
  protected ApiRequest() {
    this(null, null, null, null);
  }

  @jakarta.inject.Inject
  public ApiRequest(
      VersioningServer server,
      ServerStatus status,
      CurrentVertxRequest context,
      Projections projections) {
    this.server = server;
    this.status = status;
    this.context = context;
    this.projections = projections;
  }

  /** The services, once they can be used. */
  public VersioningServer server() {
    if (!status.started()) {
      throw new NotReadyException("The server is starting: repositories are not loaded yet");
    }
    return server;
  }

  /** Who asks, as the door has found out. */
  public Requester requester() {
    return Requester.of(context.getCurrent());
  }

  /** The actor of what the request does. */
  public Actor actor() {
    return requester().actor();
  }

  /** Whose rights count. */
  public Principal principal() {
    return requester().principal();
  }

  /**
   * The door has found out what the operation needs: looked at at once, and again for each
   * repository that it turns out to be about.
   *
   * @throws RefusedException if whoever asks does not have it
   * @throws RequestRefusedException likewise, of the server
   */
  public void admit(Need needed) {
    need = needed;
    switch (needed) {
      case Need.Nothing _ -> {}
      case Need.AtServer(Verb verb) -> requireServer(verb);
      case Need.InRepository(Verb verb) -> {
        if (!principal().scopes().contains(verb)) {
          throw outOfScope(verb);
        }
      }
    }
  }

  /**
   * Looks, before anything is read, at the repository that the address of a request names, or that
   * the actor works with.
   *
   * @param name null if none is named
   * @throws RefusedException if whoever asks does not have there what the operation needs
   */
  public void admitIn(String name) {
    if (need instanceof Need.InRepository(Verb verb)) {
      LiveRepository repository;
      try {
        repository =
            name == null || name.isEmpty()
                ? server().repositories().current(actor().id())
                : server().repositories().get(name);
      } catch (RefusedException saidLater) {
        return;
      }
      require(repository.state(), verb, null, null);
    }
  }

  /**
   * Refuses what is about no repository, if whoever asks may not do it.
   *
   * @throws RequestRefusedException if it may not
   */
  public void requireServer(Verb verb) {
    if (!principal().scopes().contains(verb)) {
      throw outOfScope(verb);
    }
    boolean inForce =
        server().repositories().list().stream()
            .anyMatch(repository -> repository.state().access().inForce());
    if (inForce && !principal().administrator()) {
      throw denied(
          "Only administrators may do this: it is about the whole server, and roles are given in its repositories",
          "Use the key of an administrator: epoch auth key create NAME --administrator makes one");
    }
  }

  private RequestRefusedException outOfScope(Verb verb) {
    return denied(
        "This needs the verb %s, and the key '%s' is for %s only"
            .formatted(verb.wireName(), principal().key(), Verb.names(principal().scopes())),
        "Use another key");
  }

  private static RequestRefusedException denied(String message, String remedy) {
    return new RequestRefusedException(
        ApiError.of(403, "PermissionDeniedError", message, Map.of("remedy", remedy)));
  }

  /**
   * Refuses what no command of the log is decided for, if whoever asks may not do it there.
   *
   * @param branch that it is about; null for any
   * @param table likewise
   * @throws RefusedException if it may not
   */
  public void require(RepositoryState state, Verb verb, String branch, String table) {
    Rights.require(state, principal(), verb, branch, table);
  }

  /**
   * Refuses what changes the schema of a branch or how its tables are kept, likewise.
   *
   * @throws RefusedException if whoever asks may not
   */
  public void requireStatements(RepositoryState state, BranchState branch) {
    Rights.requireStatements(state, principal(), branch);
  }

  /** Items as long as whoever asks now may read the repository. */
  public <T> Multi<T> whileReadable(LiveRepository repository, Multi<T> items) {
    Principal principal = principal();
    return items
        .select()
        .first(_ -> repository.state().access().decide(principal, Verb.READ).allowed());
  }

  /** Whether whoever asks may read the repository. */
  public boolean mayRead(LiveRepository repository) {
    return repository.state().access().decide(principal(), Verb.READ).allowed();
  }

  private void use(LiveRepository repository) {
    if (need instanceof Need.InRepository(Verb verb)) {
      require(repository.state(), verb, null, null);
    }
    used = repository;
  }

  /** A repository that is only looked at, whatever the request does with another. */
  public LiveRepository readable(String name) {
    LiveRepository repository = server().repositories().get(name);
    require(repository.state(), Verb.READ, null, null);
    return repository;
  }

  /** The value of a header, or null. */
  public String header(String name) {
    return headers.getHeaderString(name);
  }

  /** The name that the headers tell, for what bears names that nobody checks; null if none. */
  public String calledName() {
    return Asking.name(headers::getHeaderString);
  }

  /** The e-mail address that the headers tell, likewise. */
  public String calledEmail() {
    return Asking.email(headers::getHeaderString);
  }

  /** Whether the request may see what is not for everybody. */
  public boolean admitted() {
    return requester().admitted();
  }

  /**
   * Who asks, and the key under which the same command is done once only. To be asked when the body
   * has been read.
   *
   * @throws dev.epoch.gateway.stream.RefusedException if the key belongs to another request in the
   *     repository that this one was found to be about
   */
  public Caller caller() {
    Actor actor = actor();
    String key = idempotencyKey();
    Caller caller = Caller.of(actor, principal(), key, key == null ? null : digest(actor));
    if (used != null) {
      caller.requireOwnKey(used.state());
    }
    return caller;
  }

  /** The digest of the body is ready when the body has been read to its end. */
  void digesting(String method, MessageDigest body) {
    this.method = method;
    this.body = body;
  }

  /** What tells requests apart: method, path, query, who asks, and the body. */
  private String digest(Actor actor) {
    if (body == null) {
      return null;
    }
    MessageDigest all = RequestDigest.sha256();
    URI address = uri.getRequestUri();
    for (String part :
        new String[] {method, address.getRawPath(), address.getRawQuery(), actor.id()}) {
      all.update((part == null ? "" : part).getBytes(StandardCharsets.UTF_8));
      all.update((byte) '\n');
    }
    try {
      all.update(((MessageDigest) body.clone()).digest());
    } catch (CloneNotSupportedException everyDigestCan) {
      throw new IllegalStateException(everyDigestCan);
    }
    return HexFormat.of().formatHex(all.digest(), 0, DIGEST_BYTES);
  }

  public String idempotencyKey() {
    String key = headers.getHeaderString(IDEMPOTENCY_KEY);
    if (key == null || key.isBlank()) {
      return null;
    }
    if (key.length() > LONGEST_KEY) {
      throw new InvalidRequestException(
          FieldProblem.query(
              "string_too_long",
              IDEMPOTENCY_KEY,
              "The key is longer than " + LONGEST_KEY + " characters"));
    }
    return key;
  }

  /** The repository that the request names, or the one that the actor works with. */
  public LiveRepository repository() {
    return repository(uri.getQueryParameters().getFirst("repository"));
  }

  /** The repository of this name, or the one that the actor works with for null. */
  public LiveRepository repository(String name) {
    use(
        name == null || name.isEmpty()
            ? server().repositories().current(actor().id())
            : server().repositories().get(name));
    return used;
  }

  /** Notes whose position the answer tells. */
  public void using(LiveRepository repository) {
    use(repository);
  }

  /** What is to be read: not older than the position that the request asks for. */
  public RepositoryState state() {
    LiveRepository repository = repository();
    minimumPosition()
        .ifPresent(position -> new PositionWait(server.log()).await(repository, position));
    return repository.state();
  }

  /**
   * Completes when a read model has what this server has appended to the repository by now, and
   * what the request asks for by position; without a thread that waits.
   *
   * @return fails with {@link NotReadyException} if the read model is parked before that, or does
   *     not come so far in time
   */
  public Uni<Void> until(String readModel, LiveRepository repository) {
    long appended = repository.position();
    long wanted = Math.max(appended, minimumPosition().orElse(0L));
    return projections
        .include(readModel, repository.name(), wanted, appended, LONGEST_WAIT)
        .onFailure(BehindException.class)
        .transform(behind -> new NotReadyException(behind.getMessage()));
  }

  /** The branch of this name, or the one that the actor works on for null. */
  public BranchState branch(RepositoryState state, String name) {
    return new References(state, state.currentBranch(actor().id())).branch(name);
  }

  /**
   * This name, or that of the branch that the actor works on for null. Whether there is such a
   * branch is for the command to say: one that is asked again may have been about a branch that is
   * gone.
   */
  public String branchName(RepositoryState state, String name) {
    return name == null || name.equals("HEAD") ? branch(state, name).name() : name;
  }

  /** What refs of this request stand for; HEAD is the actor's branch. */
  public References references(RepositoryState state) {
    return new References(state, state.currentBranch(actor().id()));
  }

  /** The log position that the repository in question has reached. */
  public Optional<Long> position() {
    return Optional.ofNullable(used).map(LiveRepository::position).filter(p -> p > 0);
  }

  private Optional<Long> minimumPosition() {
    String text = headers.getHeaderString(MINIMUM_POSITION);
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException notANumber) {
      throw new InvalidRequestException(
          FieldProblem.query("int_parsing", MINIMUM_POSITION, "Should be a position of the log"));
    }
  }
}
