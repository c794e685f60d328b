package dev.epoch.gateway.storage;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keys of AES-256-GCM with ids, as Tink keeps them. One of them seals, all of them open. What a key
 * of the set has sealed begins with its id; what was sealed before there was a set does not, and is
 * opened by the keys that were {@linkplain #with imported}.
 */
final class SecretKeys {
  static final int KEY_BYTES = 32;
  private static final int PREFIX_BYTES = 5;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  private final KeysetHandle keys;
  private final Aead aead;

  private SecretKeys(KeysetHandle keys) throws GeneralSecurityException {
    this.keys = keys;
    this.aead = keys.getPrimitive(RegistryConfiguration.get(), Aead.class);
  }

  /** A key of the set. Shows nothing of the key itself. */
  record Key(long id, boolean primary, boolean imported) {}

  /** A set of one new key. */
  static SecretKeys fresh() {
    return of(KeysetHandle.newBuilder().addEntry(newKey().makePrimary()));
  }

  /**
   * A set of one key that was there before sets were.
   *
   * @param key 32 bytes
   */
  static SecretKeys imported(byte[] key) {
    return of(
        KeysetHandle.newBuilder()
            .addEntry(KeysetHandle.importKey(gcm(key)).withRandomId().makePrimary()));
  }

  /**
   * What {@link #text} gave. Fails with {@link IllegalArgumentException} if it is no set of keys.
   */
  static SecretKeys parse(String text) {
    try {
      AeadConfig.register();
      return new SecretKeys(
          TinkJsonProtoKeysetFormat.parseKeyset(text, InsecureSecretKeyAccess.get()));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException("not a set of keys", e);
    }
  }

  /** The keys in clear, as JSON. */
  String text() {
    try {
      return TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the keys cannot be written", e);
    }
  }

  /** These and a new key, which seals from now on. */
  SecretKeys rotated() {
    return of(KeysetHandle.newBuilder(keys).addEntry(newKey().makePrimary()));
  }

  /** These and one that opens what it has sealed before; these if it is among them. */
  SecretKeys with(byte[] key) {
    AesGcmKey imported = gcm(key);
    for (int i = 0; i < keys.size(); i++) {
      if (keys.getAt(i).getKey().equalsKey(imported)) {
        return this;
      }
    }
    return of(
        KeysetHandle.newBuilder(keys).addEntry(KeysetHandle.importKey(imported).withRandomId()));
  }

  /** In the order in which they came. */
  List<Key> list() {
    List<Key> list = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      KeysetHandle.Entry entry = keys.getAt(i);
      if (entry.getStatus() == KeyStatus.ENABLED) {
        list.add(
            new Key(
                Integer.toUnsignedLong(entry.getId()),
                entry.isPrimary(),
                entry.getKey().getIdRequirementOrNull() == null));
      }
    }
    return list;
  }

  byte[] seal(byte[] plain) {
    try {
      return aead.encrypt(plain, new byte[0]);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("secrets cannot be encrypted", e);
    }
  }

  /** Empty if none of the keys sealed it. */
  Optional<byte[]> open(byte[] sealed) {
    try {
      return Optional.of(aead.decrypt(sealed, new byte[0]));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /** Whose work this is: the key that it names, else the imported one, if there is but one. */
  OptionalLong sealedBy(byte[] sealed) {
    if (sealed.length >= PREFIX_BYTES && sealed[0] == 1) {
      long id = Integer.toUnsignedLong(ByteBuffer.wrap(sealed, 1, 4).getInt());
      if (list().stream().anyMatch(key -> key.id() == id)) {
        return OptionalLong.of(id);
      }
    }
    List<Key> imported = list().stream().filter(Key::imported).toList();
    return imported.size() == 1 ? OptionalLong.of(imported.getFirst().id()) : OptionalLong.empty();
  }

  private static KeysetHandle.Builder.Entry newKey() {
    return KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
        .withRandomId();
  }

  private static AesGcmKey gcm(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
    }
    try {
      return AesGcmKey.builder()
          .setParameters(
              AesGcmParameters.builder()
                  .setKeySizeBytes(KEY_BYTES)
                  .setIvSizeBytes(NONCE_BYTES)
                  .setTagSizeBytes(TAG_BYTES)
                  .setVariant(AesGcmParameters.Variant.NO_PREFIX)
                  .build())
          .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key cannot be used", e);
    }
  }

  private static SecretKeys of(KeysetHandle.Builder builder) {
    try {
      AeadConfig.register();
      return new SecretKeys(builder.build());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keys cannot be made", e);
    }
  }
}
