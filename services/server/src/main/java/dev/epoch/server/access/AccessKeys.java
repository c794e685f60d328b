package dev.epoch.server.access;

import dev.epoch.api.access.ApiKeys;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.NotReadyException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.server.StartRefusedException;
import dev.epoch.server.access.StoredKeys.Stored;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 *   beyond       | none  |                       | the server refuses to start
 *   beyond       | some  |                       | refused
 * </pre>
 */
@Singleton
public class AccessKeys implements ApiKeys {
  static final Duration REFRESH = Duration.ofSeconds(10);

  private static final Logger LOG = Logger.getLogger(AccessKeys.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Verdict ADMITTED = new Verdict.Admitted(Optional.empty(), true);
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
  private final KeyedStreams streams;
  private final ReentrantLock changes = new ReentrantLock();
  private final AtomicLong refreshes = new AtomicLong();

  /** Null until they were read for the first time. */
  private volatile Known known;

  /** The keys at one moment, those of the settings among the accepted ones. */
  private record Known(List<Stored> stored, List<Key> accepted) {}

  AccessKeys(Pool pool, Listening listening, AccessSettings settings, KeyedStreams streams) {
    this.stored = new StoredKeys(pool);
    this.listening = listening;
    this.settings = settings;
    this.streams = streams;
  }

  /** What came of looking at the key of a request. */
  sealed interface Verdict {
    /** A request that is answered, with the name of its key, and whether headers say who asks. */
    record Admitted(Optional<String> key, boolean actsForOthers) implements Verdict {}

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
    read();
    if (!listening.thisMachineOnly() && !settings.anonymous() && known.accepted().isEmpty()) {
      throw new StartRefusedException(
          "It would listen on "
              + listening.host()
              + ", where other machines reach it, and has no API key. Set EPOCH_API_KEY or EPOCH_API_KEY_FILE"
              + " (openssl rand -hex 32 makes one), or listen on 127.0.0.1 and create one with: epoch auth key create NAME;"
              + " or set EPOCH_ALLOW_ANONYMOUS=true to let everybody in. See docs/security.md");
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
    known = new Known(all, accepted);
    streams.keep(accepted.stream().map(Key::name).collect(Collectors.toSet()));
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
        settings.key().stream().map(_ -> new Key(AccessSettings.KEY_NAME, null, null, true, true));
    Stream<Key> created =
        all.stream()
            .filter(key -> !key.revoked())
            .map(key ->
                new Key(key.name(), key.createdAt(), key.createdBy(), key.actsForOthers(), false));
    return Stream.concat(ofSettings, created).sorted(Comparator.comparing(Key::name)).toList();
  }

  /** Looks, beside, for what other processes have changed. */
  void refresh() {
    long now = System.nanoTime();
    long last = refreshes.get();
    boolean due = now - last > Duration.ofSeconds(1).toNanos() || last == 0;
    if (known != null && due && refreshes.compareAndSet(last, now)) {
      Thread.startVirtualThread(() -> {
        try {
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
      boolean open = listening.thisMachineOnly() && keys.accepted().isEmpty();
      return open || settings.anonymous() ? ADMITTED : NO_KEY;
    }
    Optional<Verdict.Admitted> admitted = admitted(KeyDigest.of(sent), keys.stored());
    if (admitted.isPresent()) {
      return admitted.get();
    }
    refresh();
    return WRONG_KEY;
  }

  /** Compares with all of them, so that the time tells nothing. */
  private Optional<Verdict.Admitted> admitted(KeyDigest sent, List<Stored> keys) {
    Optional<Verdict.Admitted> found =
        settings
            .key()
            .filter(key -> key.is(sent))
            .map(_ -> new Verdict.Admitted(Optional.of(AccessSettings.KEY_NAME), true));
    for (Stored key : keys) {
      if (key.digest().is(sent)) {
        found =
            key.revoked()
                ? Optional.empty()
                : Optional.of(new Verdict.Admitted(Optional.of(key.name()), key.actsForOthers()));
      }
    }
    return found;
  }

  @Override
  public List<Key> list() {
    return known.accepted();
  }

  @Override
  public Created create(String name, boolean actsForOthers, String createdBy) {
    String key = KeyDigest.newKey();
    boolean taken = settings.key().isPresent() && name.equals(AccessSettings.KEY_NAME);
    if (taken || answer(stored.add(name, KeyDigest.of(key), actsForOthers, createdBy)).isEmpty()) {
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
    return new Created(
        known.accepted().stream()
            .filter(made -> made.name().equals(name))
            .findFirst()
            .orElseThrow(),
        key);
  }

  @Override
  public void revoke(String name, String revokedBy) {
    if (settings.key().isPresent() && name.equals(AccessSettings.KEY_NAME)) {
      throw inUse(
          name,
          "The API key '" + name + "' is set by EPOCH_API_KEY",
          "Take it out of the server's settings and start the server again");
    }
    List<Key> accepted = known.accepted();
    boolean only = accepted.size() == 1 && accepted.getFirst().name().equals(name);
    if (only && !listening.thisMachineOnly() && !settings.anonymous()) {
      throw inUse(
          name,
          "The API key '" + name + "' is the only one, and nobody could ask anything without it",
          "Create another one first: epoch auth key create NAME");
    }
    if (!answer(stored.revoke(name, revokedBy))) {
      throw new RequestRefusedException(
          ApiError.of(
              404,
              "ApiKeyNotFoundError",
              "There is no API key '" + name + "'",
              Map.of("key", name, "remedy", "epoch auth key list")));
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
