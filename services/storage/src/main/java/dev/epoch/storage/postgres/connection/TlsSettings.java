package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.StorageException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS of a connection, with the meaning that the modes have for PostgreSQL's own clients.
 *
 * @param mode how much is demanded
 * @param rootCertificate file with the authorities' certificates in PEM; null or {@code system} for
 *     those that the Java runtime trusts
 * @param certificate file with the client's own certificate in PEM, or null
 * @param key file with the client's key in PEM, or null
 * @param keyPassword of an encrypted key, or null
 */
record TlsSettings(
    Mode mode, String rootCertificate, String certificate, String key, Secret keyPassword) {
  private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";

  /** How much is demanded of a connection. */
  enum Mode {
    DISABLE(SslMode.DISABLE),
    ALLOW(SslMode.ALLOW),
    PREFER(SslMode.PREFER),
    REQUIRE(SslMode.REQUIRE),
    VERIFY_CA(SslMode.VERIFY_CA),
    VERIFY_FULL(SslMode.VERIFY_FULL);

    private final SslMode client;

    Mode(SslMode client) {
      this.client = client;
    }

    static Mode of(String name) {
      for (Mode mode : values()) {
        if (mode.client.value.equals(name.trim().toLowerCase(Locale.ROOT))) {
          return mode;
        }
      }
      throw new StorageException(
          "There is no sslmode " + name,
          "Use disable, allow, prefer, require, verify-ca or verify-full");
    }
  }

  TlsSettings {
    if ((certificate == null) != (key == null)) {
      throw new StorageException(
          "A client certificate needs both its file and its key's file",
          "Give ssl_cert and ssl_key");
    }
  }

  /** Whether less is demanded than by another one, or another authority is trusted. */
  boolean weakerThan(TlsSettings other) {
    boolean otherVerifies = other.effectiveMode().compareTo(Mode.VERIFY_CA) >= 0;
    return effectiveMode().compareTo(other.effectiveMode()) < 0
        || (otherVerifies && !Objects.equals(rootCertificate, other.rootCertificate));
  }

  /** Sets everything explicitly. Fails with {@link StorageException} for unreadable files. */
  void applyTo(PgConnectOptions options, CertificateFiles files) {
    Mode effective = effectiveMode();
    options.setSslMode(effective.client);
    if (effective == Mode.DISABLE) {
      return;
    }
    boolean verified = effective == Mode.VERIFY_CA || effective == Mode.VERIFY_FULL;
    options.setTrustAll(!verified);
    options.setHostnameVerificationAlgorithm(effective == Mode.VERIFY_FULL ? "HTTPS" : "");
    if (verified) {
      options.setTrustOptions(trust(files));
    }
    if (certificate != null) {
      options.setPemKeyCertOptions(
          new PemKeyCertOptions()
              .setCertValue(files.read("ssl_cert", certificate))
              .setKeyValue(decryptedKey(files)));
    }
  }

  /** With an authority's certificate at hand, {@code require} verifies it, as libpq does. */
  private Mode effectiveMode() {
    return mode == Mode.REQUIRE && rootCertificate != null ? Mode.VERIFY_CA : mode;
  }

  private TrustOptions trust(CertificateFiles files) {
    if (rootCertificate != null && !rootCertificate.equals("system")) {
      return new PemTrustOptions().addCertValue(files.read("ssl_rootcert", rootCertificate));
    }
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      return TrustOptions.wrap(factory.getTrustManagers()[0]);
    } catch (GeneralSecurityException e) {
      throw new StorageException("The system's certificates cannot be read", null, e);
    }
  }

  private Buffer decryptedKey(CertificateFiles files) {
    Buffer pem = files.read("ssl_key", key);
    String text = pem.toString(StandardCharsets.US_ASCII);
    if (!text.contains(ENCRYPTED)) {
      return pem;
    }
    if (keyPassword == null) {
      throw new StorageException("The key of ssl_key is encrypted", "Give ssl_key_password");
    }
    char[] password = keyPassword.reveal().toCharArray();
    try {
      String base64 =
          text.replaceFirst("(?s).*-----BEGIN " + ENCRYPTED + "-----", "")
              .replaceFirst("(?s)-----END " + ENCRYPTED + "-----.*", "");
      EncryptedPrivateKeyInfo encrypted =
          new EncryptedPrivateKeyInfo(Base64.getMimeDecoder().decode(base64));
      // for PBES2 the parameters name the real algorithm
      String algorithm =
          encrypted.getAlgParameters() == null
              ? encrypted.getAlgName()
              : encrypted.getAlgParameters().toString();
      algorithm = algorithm.startsWith("PBEWith") ? algorithm : encrypted.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
          encrypted.getAlgParameters());
      byte[] plain = encrypted.getKeySpec(cipher).getEncoded();
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(plain);
      return Buffer.buffer(
          "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new StorageException(
          "The key of ssl_key cannot be decrypted", "Check ssl_key_password", e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }
}
