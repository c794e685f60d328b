package dev.epoch.server.access;

import dev.epoch.api.access.ApiKeys;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.NotReadyException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Principal.How;
import dev.epoch.model.access.Verb;
import dev.epoch.server.StartRefusedException;
import dev.epoch.server.access.StoredKeys.Stored;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The keys that are accepted, in memory: no request waits for a database. What is changed here
 * holds at once, what another process changes within {@link #REFRESH}.
 *
 * <pre>
 *   listens      | keys  | EPOCH_ALLOW_ANONYMOUS | a request without a key is
 *   -------------+-------+-----------------------+----------------------------------
 *   anywhere     | any   | true                  | answered
 *   this machine | none  |                       | answered
 *   this machine | some  |                       | refused
 *   beyond       | never |                       | refused: a key for the administrator is made
 *   beyond       | gone  |                       | the server refuses to start
 *   beyond       | some  |                       | refused
 * </pre>
 */
@Singleton
public class AccessKeys implements ApiKeys {
  static final Duration REFRESH = Duration.ofSeconds(10);

  private static final Logger LOG = Logger.getLogger(AccessKeys.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Where nobody has to say who they are, everybody may do everything. */
  private static final Verdict ADMITTED =
      new Verdict.Admitted(
          new Principal(Actor.ANONYMOUS.id(), List.of(), How.ANONYMOUS, null, true, Verb.all()),
          Actor.ANONYMOUS,
          true,
          null);

  private static final String FIRST_KEY = "admin";
  private static final String AT_START = Actor.OWN + "start";
  private static final String HOW =
      "Authorization: Bearer KEY; the command line: epoch auth login, or EPOCH_API_KEY=KEY";
  private static final Verdict STARTING =
      new Verdict.Refused(
          ApiError.of(
              503,
              "NotReadyError",
              "The server is starting: it does not know its API keys yet",
              Map.of()));
  private static final Verdict NO_KEY =
      new Verdict.Refused(
          ApiError.of(
              401,
              "UnauthorizedError",
              "This server answers requests with an API key only",
              Map.of("remedy", "Send " + HOW)));
  private static final Verdict EXPIRED_KEY =
      new Verdict.Refused(
          ApiError.of(
              401,
              "UnauthorizedError",
              "The API key is not accepted any more: it has expired",
              Map.of("remedy", "Ask for a new one (epoch auth key create NAME) and send " + HOW)));
  private static final Verdict WRONG_KEY =
      new Verdict.Refused(
          ApiError.of(
              401,
              "UnauthorizedError",
              "The API key is not accepted: it is wrong, or was revoked",
              Map.of("remedy", "Ask for a new one (epoch auth key create NAME) and send " + HOW)));

  private final StoredKeys stored;
  private final Listening listening;
  private final AccessSettings settings;
  private final TokenSettings tokens;
  private final KeyedStreams streams;
  private final ReentrantLock changes = new ReentrantLock();
  private final AtomicLong refreshes = new AtomicLong();

  /** When keys were used last, as far as that is not stored yet. */
  private final Map<String, Instant> used = new ConcurrentHashMap<>();

  /** Null until they were read for the first time. */
  private volatile Known known;

  /**
   * The keys at one moment, those of the settings among the accepted ones. They are found by the
   * digest of what was sent, of which nobody can choose a part; how long that takes tells nothing.
   */
  private record Known(List<Stored> stored, Map<KeyDigest, Stored> byDigest, List<Key> accepted) {}

  AccessKeys(
      Pool pool,
      Listening listening,
      AccessSettings settings,
      TokenSettings tokens,
      KeyedStreams streams) {
    this.tokens = tokens;
    this.stored = new StoredKeys(pool);
    this.listening = listening;
    this.settings = settings;
    this.streams = streams;
  }

  /** What came of looking at the key of a request. */
  sealed interface Verdict {
    /**
     * A request that is answered, by whom it is, whether headers say who asks, and until when; null
     * for as long as the key is accepted.
     */
    record Admitted(Principal principal, Actor actor, boolean actsForOthers, Instant until)
        implements Verdict {}

    /** There is no key that would do, or none was sent. */
    record Refused(ApiError error) implements Verdict {}
  }

  /**
   * Reads the keys for the first time. The metadata database must have its tables.
   *
   * @throws StartRefusedException if anybody on the network could ask whatever they like
   */
  public void open() {
    settings.check();
    tokens.check();
    read();
    boolean asksWho = !listening.thisMachineOnly() || tokens.issuer().isPresent();
    if (asksWho && !settings.anonymous() && known.accepted().isEmpty()) {
      if (!known.stored().isEmpty() && tokens.issuer().isPresent()) {
        return;
      }
      if (!known.stored().isEmpty()) {
        throw new StartRefusedException(
            "It would listen on "
                + listening.host()
                + ", where other machines reach it, and all its API keys were revoked. Set EPOCH_API_KEY or EPOCH_API_KEY_FILE"
                + " (openssl rand -hex 32 makes one), or listen on 127.0.0.1 and create one with: epoch auth key create NAME;"
                + " or set EPOCH_ALLOW_ANONYMOUS=true to let everybody in. See docs/security.md");
      }
      makeFirst();
    }
  }

  /** At the first start of a server that others reach. Nobody else is told the key. */
  private void makeFirst() {
    try {
      Created first = create(new NewKey(FIRST_KEY, true, true, Verb.all(), null), AT_START);
      System.out.println(
          "\nThe key of the administrator, which is not shown again:\n\n  "
              + first.secret()
              + "\n\nPut it away with: epoch auth login\n");
    } catch (RequestRefusedException another) {
      LOG.info("Another server has made the first API key at this moment");
      read();
    }
  }

  private void read() {
    changes.lock();
    try {
      List<Stored> all = answer(stored.all());
      know(all);
    } finally {
      changes.unlock();
    }
  }

  private void know(List<Stored> all) {
    List<Key> accepted = accepted(all);
    known =
        new Known(
            all, all.stream().collect(Collectors.toMap(Stored::digest, key -> key)), accepted);
    Instant now = Instant.now();
    streams.keep(
        accepted.stream()
            .filter(key -> key.expiresAt() == null || now.isBefore(key.expiresAt()))
            .map(Key::name)
            .collect(Collectors.toSet()));
  }

  private static <T> T answer(Uni<T> question) {
    try {
      return question.await().atMost(PATIENCE);
    } catch (RuntimeException away) {
      throw new NotReadyException("The metadata database, which holds the keys, does not answer");
    }
  }

  private List<Key> accepted(List<Stored> all) {
    Stream<Key> ofSettings =
        settings.key().stream()
            .map(_ ->
                new Key(
                    AccessSettings.KEY_NAME,
                    null,
                    null,
                    null,
                    true,
                    true,
                    Verb.all(),
                    null,
                    used.get(AccessSettings.KEY_NAME),
                    null,
                    true));
    Stream<Key> created = all.stream().filter(key -> !key.revoked()).map(this::key);
    return Stream.concat(ofSettings, created).sorted(Comparator.comparing(Key::name)).toList();
  }

  private Key key(Stored key) {
    return new Key(
        key.name(),
        key.prefix(),
        key.createdAt(),
        key.createdBy(),
        key.actsForOthers(),
        key.administrator(),
        key.scopes(),
        key.expiresAt(),
        used.getOrDefault(key.name(), key.lastUsedAt()),
        key.rotatedAt(),
        false);
  }

  /** Looks, beside, for what other processes have changed. */
  void refresh() {
    long now = System.nanoTime();
    long last = refreshes.get();
    boolean due = now - last > Duration.ofSeconds(1).toNanos() || last == 0;
    if (known != null && due && refreshes.compareAndSet(last, now)) {
      Thread.startVirtualThread(() -> {
        try {
          storeUse();
          read();
        } catch (RuntimeException away) {
          LOG.debug("The keys could not be read again", away);
        }
      });
    }
  }

  /**
   * Whether a request may be answered.
   *
   * @param sent the key, or null
   */
  Verdict verdict(String sent) {
    Known keys = known;
    if (keys == null) {
      return STARTING;
    }
    if (sent == null) {
      boolean open =
          listening.thisMachineOnly() && keys.accepted().isEmpty() && tokens.issuer().isEmpty();
      return open || settings.anonymous() ? ADMITTED : NO_KEY;
    }
    KeyDigest digest = KeyDigest.of(sent);
    if (settings.key().filter(digest::is).isPresent()) {
      return admitted(AccessSettings.KEY_NAME, true, true, Verb.all());
    }
    Stored key = keys.byDigest().get(digest);
    if (key == null || key.revoked() || !key.digest().is(digest)) {
      refresh();
      return WRONG_KEY;
    }
    return key.isExpired(Instant.now())
        ? EXPIRED_KEY
        : admitted(key.name(), key.actsForOthers(), key.administrator(), key.scopes());
  }

  private Verdict admitted(
      String name, boolean actsForOthers, boolean administrator, Set<Verb> scopes) {
    used.put(name, Instant.now());
    return new Verdict.Admitted(
        new Principal(name, List.of(), How.KEY, name, administrator, scopes),
        new Actor(name, name, ""),
        actsForOthers,
        null);
  }

  /** What is used while this runs is stored the next time. */
  private void storeUse() {
    Map<String, Instant> now = Map.copyOf(used);
    if (!now.isEmpty()) {
      answer(stored.used(now).replaceWith(true));
      now.forEach((name, time) -> {
        if (!name.equals(AccessSettings.KEY_NAME)) {
          used.remove(name, time);
        }
      });
    }
  }

  @Override
  public List<Key> list() {
    return accepted(known.stored());
  }

  @Override
  public Created create(NewKey wanted, String createdBy) {
    String name = wanted.name();
    String key = KeyDigest.newKey();
    boolean taken = isOfSettings(name);
    if (taken || !answer(stored.add(wanted, KeyDigest.of(key), KeyDigest.shown(key), createdBy))) {
      throw new RequestRefusedException(
          ApiError.of(
              409,
              "ApiKeyAlreadyExistsError",
              "There is an API key '" + name + "' already",
              Map.of(
                  "key",
                  name,
                  "remedy",
                  "Choose another name, or revoke it first: epoch auth key revoke " + name)));
    }
    read();
    LOG.infof("API key '%s' was created by %s", name, createdBy);
    return new Created(known(name), key);
  }

  private boolean isOfSettings(String name) {
    return settings.key().isPresent() && name.equals(AccessSettings.KEY_NAME);
  }

  private Key known(String name) {
    return known.accepted().stream()
        .filter(made -> made.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public Created rotate(String name, String rotatedBy) {
    requireCreated(name);
    String key = KeyDigest.newKey();
    if (!answer(stored.rotate(name, KeyDigest.of(key), KeyDigest.shown(key), rotatedBy))) {
      throw notFound(name);
    }
    forget(name);
    read();
    LOG.infof("API key '%s' was rotated by %s", name, rotatedBy);
    return new Created(known(name), key);
  }

  private void requireCreated(String name) {
    if (isOfSettings(name)) {
      throw inUse(
          name,
          "The API key '" + name + "' is set by EPOCH_API_KEY",
          "Change the server's settings and start the server again");
    }
  }

  private static RequestRefusedException notFound(String name) {
    return new RequestRefusedException(
        ApiError.of(
            404,
            "ApiKeyNotFoundError",
            "There is no API key '" + name + "'",
            Map.of("key", name, "remedy", "epoch auth key list")));
  }

  @Override
  public void revoke(String name, String revokedBy) {
    requireCreated(name);
    List<Key> accepted = known.accepted();
    boolean only = accepted.size() == 1 && accepted.getFirst().name().equals(name);
    if (only && !listening.thisMachineOnly() && !settings.anonymous()) {
      throw inUse(
          name,
          "The API key '" + name + "' is the only one, and nobody could ask anything without it",
          "Create another one first: epoch auth key create NAME");
    }
    if (!answer(stored.revoke(name, revokedBy))) {
      throw notFound(name);
    }
    forget(name);
    read();
    LOG.infof("API key '%s' was revoked by %s", name, revokedBy);
  }

  /** Also if the database goes away before the keys are read again. */
  private void forget(String name) {
    changes.lock();
    try {
      List<Stored> others =
          known.stored().stream().filter(key -> key.revoked() || !key.name().equals(name)).toList();
      know(others);
    } finally {
      changes.unlock();
    }
  }

  private static RequestRefusedException inUse(String name, String message, String remedy) {
    return new RequestRefusedException(
        ApiError.of(409, "ApiKeyInUseError", message, Map.of("key", name, "remedy", remedy)));
  }
}
