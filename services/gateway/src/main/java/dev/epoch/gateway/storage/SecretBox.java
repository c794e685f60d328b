package dev.epoch.gateway.storage;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.epoch.events.RecordCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts the secrets of storages and webhooks (AES-256-GCM), so that the log, its backups and its
 * readers hold none in clear.
 */
public final class SecretBox {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final TypeReference<Map<String, String>> SECRETS = new TypeReference<>() {};

  private final SecretKeySpec key;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param key 32 bytes
   */
  public SecretBox(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
    }
    this.key = new SecretKeySpec(key, "AES");
  }

  /** With the key of this file, which is made, for its owner's eyes only, if it is not there. */
  public static SecretBox ofKeyFile(Path file) {
    try {
      if (!Files.exists(file)) {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
          Files.createFile(
              file,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(
            file,
            Base64.getEncoder().encodeToString(fresh),
            StandardOpenOption.CREATE,
            StandardOpenOption.SYNC);
      }
      return new SecretBox(Base64.getDecoder().decode(Files.readString(file).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException("The key file " + file + " can be neither read nor made", e);
    }
  }

  /** The secrets, encrypted; {@link #open} gives them back. */
  public String seal(Map<String, String> secrets) {
    try {
      byte[] nonce = new byte[NONCE_BYTES];
      random.nextBytes(nonce);
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
      byte[] sealed = cipher.doFinal(RecordCodec.json().writeValueAsBytes(secrets));
      return Base64.getEncoder()
          .encodeToString(
              ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("secrets cannot be encrypted", e);
    }
  }

  /**
   * What was sealed; nothing for null.
   *
   * @throws IllegalStateException if it was sealed with another key
   */
  public Map<String, String> open(String sealed) {
    if (sealed == null) {
      return Map.of();
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(sealed);
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, bytes, 0, NONCE_BYTES));
      return RecordCodec.json()
          .readValue(cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES), SECRETS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "The secrets cannot be decrypted: the server's key is not the one they were encrypted with",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
