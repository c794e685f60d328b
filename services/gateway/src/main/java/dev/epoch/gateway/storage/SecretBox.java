package dev.epoch.gateway.storage;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.epoch.events.RecordCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Encrypts the secrets of storages, webhooks and hooks (AES-256-GCM), so that the log, its backups
 * and its readers hold none in clear. The keys have ids: one seals, all open.
 */
public final class SecretBox {
  private static final TypeReference<Map<String, String>> SECRETS = new TypeReference<>() {};

  /** Null if the keys are in no file. */
  private final SecretKeyFile file;

  /** A key that opens what was sealed before there was a file, null if there is none. */
  private final byte[] former;

  private volatile SecretKeys keys;

  private SecretBox(SecretKeyFile file, byte[] former, SecretKeys keys) {
    this.file = file;
    this.former = former;
    this.keys = former == null ? keys : keys.with(former);
  }

  /**
   * A key that secrets can be sealed with. Shows nothing of the key itself.
   *
   * @param primary whether it seals; all others only open
   */
  public record KeyInfo(long id, boolean primary) {}

  /**
   * With this key alone, which nothing rotates.
   *
   * @param key 32 bytes
   */
  public SecretBox(byte[] key) {
    this(null, null, SecretKeys.imported(key));
  }

  /**
   * With the keys of this file. If it is not there, a given key serves until the first {@link
   * #rotate}, which makes the file; without one the file is made, with a new key.
   *
   * @param given a key of 32 bytes that opens too, or null
   * @param old file of one key, which the servers of before had; its key is taken over
   */
  public static SecretBox ofFile(Path path, byte[] given, Path old) {
    SecretKeyFile file = new SecretKeyFile(path);
    Optional<SecretKeys> found = file.read();
    if (found.isPresent()) {
      return new SecretBox(file, given, found.get());
    }
    if (given != null) {
      return new SecretBox(file, given, SecretKeys.imported(given));
    }
    return new SecretBox(
        file,
        null,
        file.change(there -> {
          SecretKeys set = there == null ? SecretKeys.fresh() : there;
          return Files.exists(old) ? set.with(keyOf(old)) : set;
        }));
  }

  private static byte[] keyOf(Path old) {
    try {
      return Base64.getDecoder().decode(Files.readString(old).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("The key file " + old + " cannot be read", e);
    }
  }

  /** Where the keys are; empty if they are in no file. */
  public Optional<Path> path() {
    return Optional.ofNullable(file).map(SecretKeyFile::path).filter(Files::exists);
  }

  /** The permissions of the file if others than its owner may read or write it. */
  public Optional<String> openToOthers() {
    return file == null ? Optional.empty() : file.openTo();
  }

  /** In the order in which they came. */
  public List<KeyInfo> keys() {
    return keys.list().stream().map(key -> new KeyInfo(key.id(), key.primary())).toList();
  }

  /**
   * Makes a new key, which seals from now on. What others have sealed is opened as before.
   *
   * @return the id of the key
   * @throws IllegalStateException if the keys are in no file
   */
  public synchronized long rotate() {
    if (file == null) {
      throw new IllegalStateException("The key is in no file, so that no other can be kept");
    }
    SecretKeys rotated =
        file.change(there -> {
          SecretKeys before = there == null ? keys : there;
          return (former == null ? before : before.with(former)).rotated();
        });
    keys = rotated;
    return primary();
  }

  private long primary() {
    return keys.list().stream().filter(SecretKeys.Key::primary).findFirst().orElseThrow().id();
  }

  /** The secrets, encrypted; {@link #open} gives them back. */
  public String seal(Map<String, String> secrets) {
    try {
      byte[] plain = RecordCodec.json().writeValueAsBytes(secrets);
      return Base64.getEncoder().encodeToString(keys.seal(plain));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What was sealed; nothing for null. Keys that another server has added to the file are found.
   *
   * @throws IllegalStateException if none of the keys sealed it
   */
  public Map<String, String> open(String sealed) {
    if (sealed == null) {
      return Map.of();
    }
    byte[] bytes = Base64.getDecoder().decode(sealed);
    byte[] plain =
        keys.open(bytes)
            .or(() -> reloaded().open(bytes))
            .orElseThrow(() ->
                new IllegalStateException(
                    "The secrets cannot be decrypted: the key that they were encrypted with is none"
                        + " of the server's keys"));
    try {
      return RecordCodec.json().readValue(plain, SECRETS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it can be opened. */
  public boolean opens(String sealed) {
    byte[] bytes = Base64.getDecoder().decode(sealed);
    return keys.open(bytes).isPresent() || reloaded().open(bytes).isPresent();
  }

  /** The id of the key that sealed it, empty if that cannot be told. */
  public OptionalLong sealedBy(String sealed) {
    return keys.sealedBy(Base64.getDecoder().decode(sealed));
  }

  /** The same secrets, sealed by the key that seals now; empty if that one sealed them already. */
  public Optional<String> resealed(String sealed) {
    OptionalLong by = sealedBy(sealed);
    return by.isPresent() && by.getAsLong() == primary()
        ? Optional.empty()
        : Optional.of(seal(open(sealed)));
  }

  private synchronized SecretKeys reloaded() {
    if (file != null) {
      file.read().ifPresent(read -> keys = former == null ? read : read.with(former));
    }
    return keys;
  }
}
